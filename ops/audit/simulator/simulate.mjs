// Decides calls by policies: {policies, calls} as JSON on stdin, one decision for each call as JSON on stdout.
import { runSimulation } from '@cloud-copilot/iam-simulate'
import { text } from 'node:stream/consumers'

// The simulator ignores condition keys whose variable part follows a colon, and knows those that follow a slash.
const knownKeys = (json) => json.replaceAll('"kms:EncryptionContext:', '"aws:PrincipalTag/kms:EncryptionContext:')

const { policies, calls } = JSON.parse(knownKeys(await text(process.stdin)))
const named = (names) => names.map((name) => ({ name, policy: policies[name] }))

const decide = (call) =>
  runSimulation(
    {
      request: {
        principal: call.principal,
        action: call.action,
        resource: { resource: call.on, accountId: call.owner },
        contextVariables: call.context,
      },
      identityPolicies: named(call.identity),
      resourcePolicy: call.resource ? policies[call.resource] : undefined,
      vpcEndpointPolicies: call.endpoint ? named([call.endpoint]) : undefined,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      additionalSettings: { s3: { blockPublicAccess: call.private } },
    },
    {},
  )

// Which statements matched, and by which of their actions and resources.
const matches = (policy, statements) =>
  (statements ?? []).flatMap(({ explain }) => {
    const actions = [explain.actions ?? []].flat().filter(({ matches }) => matches)
    const resources = [explain.resources ?? { resource: '*', matches: true }].flat().filter(({ matches }) => matches)
    return actions.flatMap(({ action }) =>
      resources.map(({ resource }) => ({ policy, statement: explain.identifier, action, resource })),
    )
  })

const matched = (call, analysis) => {
  const sides = [
    ...(call.identity.length === 1 ? [[call.identity[0], analysis.identityAnalysis]] : []),
    [call.resource, analysis.resourceAnalysis],
    [call.endpoint, analysis.endpointAnalysis],
  ].filter(([name]) => name)
  const effect = analysis.result === 'Allowed' ? 'allowStatements' : 'denyStatements'
  return sides.flatMap(([name, side]) => matches(name, side?.[effect]))
}

const decision = async (call) => {
  const found = await decide(call)
  if (found.resultType !== 'single') {
    return { verdict: 'Error', error: JSON.stringify(found.errors ?? found.resultType), ignored: [], matched: [] }
  }
  const { analysis, ignoredContextKeys } = found.result
  return { verdict: analysis.result, error: '', ignored: ignoredContextKeys ?? [], matched: matched(call, analysis) }
}

process.stdout.write(JSON.stringify(await Promise.all(calls.map(decision))))
