/** Area under the ROC curve: chance that an abnormal row scores above a normal one, ties half (Mann-Whitney). */
export function rocAuc(scores: Float64Array, abnormal: Uint8Array): number {
  const order = Array.from(scores, (_, i) => i).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  let below = 0;
  let sum = 0;
  let positives = 0;
  for (let i = 0; i < order.length; ) {
    let j = i;
    let tiedPositive = 0;
    while (j < order.length && scores[order[j] as number] === scores[order[i] as number])
      tiedPositive += abnormal[order[j++] as number] as number;
    const tiedNegative = j - i - tiedPositive;
    sum += tiedPositive * (below + tiedNegative / 2);
    below += tiedNegative;
    positives += tiedPositive;
    i = j;
  }
  return sum / (positives * below);
}

/** Average precision: sum over distinct scores, highest first, of recall gained times precision there. `weight` = of a normal row. */
export function averagePrecision(scores: Float64Array, abnormal: Uint8Array, weight = 1): number {
  const order = Array.from(scores, (_, i) => i).sort((a, b) => (scores[b] as number) - (scores[a] as number));
  const positives = abnormal.reduce((total, one) => total + one, 0);
  let tp = 0;
  let fp = 0;
  let area = 0;
  for (let i = 0; i < order.length; ) {
    let j = i;
    let gained = 0;
    while (j < order.length && scores[order[j] as number] === scores[order[i] as number])
      gained += abnormal[order[j++] as number] as number;
    tp += gained;
    fp += weight * (j - i - gained);
    area += (gained / positives) * (tp / (tp + fp));
    i = j;
  }
  return area;
}
