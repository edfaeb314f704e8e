import { choiceSystem } from '@changeover/choices'
import { type Replayed, rowScript } from '../../legacy/replay.fixture.ts'

const leads = {
  find: 'company=Replayed',
  create: {
    firstName: 'Zoë',
    company: 'Replayed',
    industry: 'retail',
    leadSource: 'ads',
    status: 'Not a choice',
    annualRevenue: '1000.50',
  },
  change: { industry: 'Retail', status: 'won', leadScore: 7 },
  wrong: { leadScore: '7' },
}

/** What clients of leads do. The references come with the changeover, and so do labels that a tenant has made its own. */
export const replayedChoices: Replayed = {
  system: choiceSystem,
  isCovered: ({ path }) => path === '/api/leads' || path === '/api/leads/{id}',
  scripts: [
    {
      ...rowScript('/api/leads', leads),
      isNew: /(?<="\w+Ref":)("\d+"|null)|(?<="industryLabel":)"(Technology|High-Tech|naïve|Naïve art)"/g,
    },
  ],
}
