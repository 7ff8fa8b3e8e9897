export { SensorAlerts } from './detector.ts';
