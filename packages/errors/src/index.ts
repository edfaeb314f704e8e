/**
 * One shape for everything that can go wrong on purpose.
 *
 * A *failure* is thrown: the job could not be done. A *problem* is returned: finding it was the job.
 * A *bug* is neither: it says that this code is wrong, and has no code of its own.
 */
export { isFailure, type Failure } from './failure.ts'
export { type Problem } from './problem.ts'
export { bug } from './bug.ts'
export { causesOf } from './causes.ts'

export {
  defineErrors,
  type ErrorCreator,
  type ErrorDoc,
  type ErrorEntry,
  type ErrorSet,
  type FailureOptions,
} from './define-errors.ts'
export { listErrors } from './list-errors.ts'
export { errors } from './errors.ts'

export { describeFailure } from './describe-failure.ts'
export {
  failureToJson,
  problemToJson,
  type CauseJson,
  type FailureJson,
  type ProblemJson,
} from './failure-json.ts'
