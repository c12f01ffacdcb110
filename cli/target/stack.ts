import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { type ClientConfig, type Parts, partsOf } from './parts.ts';

const ATTEMPTS = 3;

/** A deployed stack. */
export interface ReadStack {
  /** For messages: the stack, and where it is. */
  readonly name: string;
  readonly parts: Parts;
}

/**
 * The parts of a deployed stack, by its outputs. Without a region, AWS's client finds one in the shared configuration. Needs
 * `cloudformation:DescribeStacks`.
 */
export const readStack = async (stack: string, asked: string | undefined): Promise<ReadStack> => {
  const client = new CloudFormationClient({
    maxAttempts: ATTEMPTS,
    ...(asked !== undefined && { region: asked }),
  });
  try {
    const region = await client.config.region();
    const config: ClientConfig = { maxAttempts: ATTEMPTS, region };
    const name = `stack ${stack} in ${region}`;
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stack }));
    const told = Object.fromEntries(
      (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
    );
    // The packager's own name for the same address.
    const withApi = { ApiUrl: told.HttpApiUrl, ...told };
    return { name, parts: partsOf(withApi, () => config, name) };
  } finally {
    client.destroy();
  }
};
