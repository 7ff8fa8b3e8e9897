export type { ModelDraft } from './draft.ts';
export { flowDataOptions, flowModelOnnx, openFlowModel, type ScoredFlows, scoreFlowModel, trainFlowModel } from './flow-model.ts';
export { trainForecastDraft } from './forecast-model.ts';
export { type RecalibratedFlowModel, recalibrateFlowModel } from './recalibrate-flows.ts';
export { openSequenceModel, type SequenceModel, trainSequenceModel } from './sequence-model.ts';
export { featureOfModel, type TrainedWindowModel, trainWindowModel, type WindowBacktest, windowsOf } from './window-model.ts';
