import type { Bundle } from '../bundle/types.ts';
import type { Plan } from '../plan/plan.ts';
import { packTests } from './test-node.ts';

/** The plan with the files of its suites, where it has the job `test_release`: a plan that is only shown needs none. */
export async function withTests(plan: Plan, bundle: Bundle | null): Promise<Plan> {
  if (bundle === null || plan.jobs.every(({ op }) => op !== 'test_release')) return plan;
  const files = await packTests(await bundle.testFiles());
  return {
    ...plan,
    jobs: plan.jobs.map((job) =>
      job.op === 'test_release' && typeof job.request === 'object' && !Array.isArray(job.request)
        ? { ...job, request: Object.assign({ files }, job.request) }
        : job,
    ),
  };
}
