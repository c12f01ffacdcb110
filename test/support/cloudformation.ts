import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen } from './listen.ts';

const escaped = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const memberOf = ([key, value]: readonly [string, string]): string =>
  `<member><OutputKey>${key}</OutputKey><OutputValue>${escaped(value)}</OutputValue></member>`;

const stackXml = (name: string, outputs: Readonly<Record<string, string>>): string =>
  `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>${name}</StackName>
   <CreationTime>2026-11-28T12:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>
   <Outputs>${Object.entries(outputs).map(memberOf).join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;

const missingXml = (name: string): string =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${name} does not exist</Message></Error></ErrorResponse>`;

/** CloudFormation's DescribeStacks for one stack, with these outputs. */
export const startCloudFormation = async (
  name: string,
  outputs: () => Readonly<Record<string, string>>,
) => {
  const server = createServer(async (request, response) => {
    const asked = new URLSearchParams(await text(request)).get('StackName') ?? '';
    const isKnown = asked === name;
    response.writeHead(isKnown ? 200 : 400, { 'content-type': 'text/xml' });
    response.end(isKnown ? stackXml(name, outputs()) : missingXml(asked));
  });
  return listen(server);
};
