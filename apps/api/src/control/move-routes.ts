import { movePhase, type MoveSettings, type PhaseMove, planMove } from '@changeover/migration'
import type { FastifyInstance } from 'fastify'
import { identified } from '../identity/authenticate.ts'
import type { Control } from './control-plane.ts'
import { described, migrationParams, moveBody, moved, planBody, planned } from './control-schemas.ts'

interface Planned {
  Params: { migration: string }
  Body: MoveSettings
}
interface Moved {
  Params: { migration: string }
  Body: MoveSettings & { readonly reason: string; readonly expectedEpoch: string }
}

const titles = {
  advance: 'Go on to the next phase, through its gates',
  rollback: 'Go back to the phase before, with every write',
} as const
const planTitles = {
  advance: 'Say what the next phase needs; nothing changes',
  rollback: 'Rehearse the way back on all rows; nothing changes',
} as const

/**
 * Changes of the phase. The answer comes when it is done; a client that leaves earlier stops nothing. Who, when and why is in the history of
 * the phase, in the same transaction.
 */
export function moveRoutes(app: FastifyInstance, control: Control): void {
  for (const move of ['advance', 'rollback'] as const) {
    planRoute(app, control, move)
    moveRoute(app, control, move)
  }
}

function planRoute(app: FastifyInstance, { operating, finishing }: Control, move: PhaseMove): void {
  app.post<Planned>(
    `/control/migrations/:migration/${move}/plan`,
    {
      config: { access: 'operator' },
      schema: described(planTitles[move], {
        params: migrationParams,
        body: planBody,
        response: { 200: planned },
      }),
    },
    async ({ params: { migration }, body }) => finishing(planMove(operating(migration), move, body)),
  )
}

function moveRoute(app: FastifyInstance, control: Control, move: PhaseMove): void {
  const { operating, finishing, events } = control
  app.post<Moved>(
    `/control/migrations/:migration/${move}`,
    {
      config: { access: 'admin' },
      schema: described(titles[move], { params: migrationParams, body: moveBody, response: { 200: moved } }),
    },
    async (request) => {
      const { migration } = request.params
      const tell = (data: object) => events.publish({ name: 'phase', migration, data })
      const change = await finishing(
        movePhase(
          operating(migration),
          move,
          { ...request.body, by: identified(request).name },
          {
            onStep: (step) => tell({ move, step }),
            onProgress: (mapping, rows) => tell({ move, caughtUp: { mapping, rows } }),
          },
        ),
      )
      const { phase, epoch } = change.phase
      tell({ move, phase: phase.name, epoch })
      return change
    },
  )
}
