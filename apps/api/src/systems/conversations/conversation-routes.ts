import {
  type AgentState,
  type ConversationStore,
  createLegacyStore,
  createTargetStore,
} from '@changeover/conversations'
import type { Database } from '@changeover/database'
import type { Phase } from '@changeover/rollout'
import type { FastifyInstance } from 'fastify'
import { problems } from '../../documented.ts'
import { errors } from '../../errors.ts'
import { maxKeyLength } from '../../resource/entity-schema.ts'
import type { ChosenWay } from '../../in-phase.ts'

const path = '/api/conversations/:id/state'
const params = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string', minLength: 1, maxLength: maxKeyLength } },
}
/** What an agent saves is its own affair; the names are those that become columns. */
const stateSchema = {
  title: 'agent state',
  type: 'object',
  additionalProperties: true,
  properties: {
    user_input: {},
    memory_context: { description: 'Items with a `relevance_score` can be left out when it is loaded.' },
    conversation_history: {},
    focus: {},
    step_count: {},
    last_tool_result: {},
  },
}
const saved = {
  title: 'saved',
  type: 'object',
  required: ['success'],
  properties: { success: { type: 'boolean' } },
}

interface One {
  Params: { id: string }
}

/** Saving and loading, over whichever side leads: the same requests and answers in every phase. */
export function conversationRoutes(app: FastifyInstance, way: ChosenWay): void {
  const tags = ['conversations']
  app.get<One & { Querystring: { contextQualityThreshold?: string } }>(
    path,
    {
      schema: {
        tags,
        summary: 'Load the state of a conversation',
        params,
        querystring: {
          type: 'object',
          additionalProperties: false,
          properties: {
            contextQualityThreshold: {
              type: 'string',
              pattern: '^-?[0-9]{1,9}(\\.[0-9]{1,9})?$',
              default: '0.7',
              description: 'Items of the context that matter less are left out.',
            },
          },
        },
        response: { 200: stateSchema, ...problems },
      },
    },
    async ({ params: { id }, query: { contextQualityThreshold: threshold } }) => {
      const least = threshold === undefined ? undefined : Number(threshold)
      const state = await way.read((database, phase) => storeOf(database, phase).loadState(id, least))
      if (state === undefined) throw errors.ROW_NOT_FOUND({ resource: 'conversation', id })
      return state
    },
  )
  app.put<One & { Body: { state: AgentState; userId?: string } }>(
    path,
    {
      schema: {
        tags,
        summary: 'Save the state of a conversation',
        params,
        body: {
          type: 'object',
          additionalProperties: false,
          required: ['state'],
          properties: { state: stateSchema, userId: { type: 'string', maxLength: maxKeyLength } },
        },
        response: { 200: saved, ...problems },
      },
    },
    async ({ params: { id }, body: { state, userId } }) =>
      way.write((database, phase) => storeOf(database, phase).saveState(id, state, userId)),
  )
  app.delete<One>(
    path,
    {
      schema: {
        tags,
        summary: 'Forget a conversation, with every state that was saved',
        params,
        response: { 204: { type: 'null', description: 'It is gone.' }, ...problems },
      },
    },
    async ({ params: { id } }, reply) => {
      await way.write((database, phase) => storeOf(database, phase).remove(id))
      return reply.code(204).send(null)
    },
  )
}

function storeOf(database: Database, { authority }: Phase): ConversationStore {
  return authority === 'legacy' ? createLegacyStore(database) : createTargetStore(database)
}
