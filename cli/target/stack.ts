import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { type ClientConfig, type Parts, partsOf } from './parts.ts';

const ATTEMPTS = 3;

/** The parts of a deployed stack, by its outputs. Needs `cloudformation:DescribeStacks`. */
export const readStack = async (stack: string, region: string | undefined): Promise<Parts> => {
  const config: ClientConfig = { maxAttempts: ATTEMPTS, ...(region !== undefined && { region }) };
  const client = new CloudFormationClient(config);
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stack }));
    const told = Object.fromEntries(
      (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
    );
    // The packager's own name for the same address.
    const withApi = { ApiUrl: told.HttpApiUrl, ...told };
    return partsOf(withApi, () => config, `stack ${stack}`);
  } finally {
    client.destroy();
  }
};
