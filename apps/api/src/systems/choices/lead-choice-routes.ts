import { choiceFields } from '@changeover/choices'
import type { EntityMetadata } from '@mikro-orm/postgresql'
import type { FastifyInstance } from 'fastify'
import { problems } from '../../documented.ts'
import type { Way } from '../../in-phase.ts'
import type { LegacyResource } from '../../legacy/legacy-resource.ts'
import { keyParams } from '../../resource/entity-schema.ts'
import { findRow, ownedBy } from '../../resource/rows.ts'

export interface LeadChoiceOptions {
  /** As old code knows them, and as they are read by everybody. */
  readonly leads: LegacyResource
  /** With the references. */
  readonly entity: EntityMetadata
}

type Chosen = Readonly<Record<string, string | null>>

/** Sets the references of a lead, once they lead; the old fields follow in the same transaction. */
export function leadChoiceRoutes(app: FastifyInstance, { leads, entity }: LeadChoiceOptions, way: Way): void {
  const chosen = { anyOf: [{ type: 'string', pattern: '^[0-9]{1,18}$' }, { type: 'null' }] }
  app.patch<{ Params: { id: string }; Body: Chosen }>(
    `${leads.path}/:id/choices`,
    {
      schema: {
        tags: ['leads'],
        summary: 'Choose for a lead among the choices of its tenant',
        params: keyParams(entity),
        body: {
          type: 'object',
          additionalProperties: false,
          minProperties: 1,
          properties: Object.fromEntries(choiceFields.map(({ field }) => [field, chosen])),
        },
        response: { 204: { type: 'null', description: 'It is so now.' }, ...problems },
      },
    },
    async (request, reply) => {
      const owner = ownedBy(leads, request)
      await way.write(async (em) => {
        const lead = await findRow(em, { ...leads, meta: entity }, request.params.id, owner)
        em.assign(lead, referencesOf(request.body) as never) // fields of this entity
        await em.flush()
      })
      return reply.code(204).send(null)
    },
  )
}

/** `{ leadSource: '7' }` → `{ sourceRef: '7' }` */
function referencesOf(chosen: Chosen): object {
  return Object.fromEntries(
    choiceFields.flatMap(({ field, property }) =>
      chosen[field] === undefined ? [] : [[property, chosen[field]]],
    ),
  )
}
