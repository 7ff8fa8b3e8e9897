const CHAIN = [
  'reconnaissance',
  'resource-development',
  'initial-access',
  'execution',
  'persistence',
  'privilege-escalation',
  'defense-evasion',
  'credential-access',
  'discovery',
  'lateral-movement',
  'collection',
  'command-and-control',
  'exfiltration',
  'impact',
] as const;

/** ATT&CK tactics in the order of the kill chain, those that were seen filled. */
export function KillChain({ tactics }: { tactics: readonly string[] }) {
  if (tactics.length === 0) return null;
  const seen = new Set(tactics);
  return (
    <section className="section">
      <h3>Kill chain</h3>
      <ol className="chain">
        {CHAIN.map((tactic) => (
          <li key={tactic} className={seen.has(tactic) ? 'seen' : ''}>
            {tactic.replaceAll('-', ' ')}
            {seen.has(tactic) && <span className="hidden">, seen</span>}
          </li>
        ))}
      </ol>
    </section>
  );
}
