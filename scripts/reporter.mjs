// Writes { passed, failed, skipped: [names] } to the file named in VEDETTE_TEST_OUTCOME.
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

export default class OutcomeReporter {
  onTestRunEnd(modules, errors) {
    const outcome = { passed: 0, failed: errors.length, skipped: [] };
    for (const module of modules) {
      const file = relative(process.cwd(), module.moduleId);
      if (module.errors().length > 0) outcome.failed++;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') outcome.passed++;
        else if (result.state === 'failed') outcome.failed++;
        else outcome.skipped.push(`${file} > ${test.fullName}${result.note ? ` [skipped: ${result.note}]` : ''}`);
      }
    }
    writeFileSync(process.env.VEDETTE_TEST_OUTCOME, JSON.stringify(outcome));
  }
}
