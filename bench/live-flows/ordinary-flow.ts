/** Counts of a flow of the web, as they are learnt from and as they are sent. */
export function ordinaryFlow(random: () => number) {
  const packets = 5 + Math.floor(random() * 60);
  return { packets, bytes: packets * (300 + Math.floor(random() * 900)), millis: 50 + Math.floor(random() * 1900) };
}
