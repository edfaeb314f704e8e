/** A hard-coded choice: what the old column holds, and what people see. */
export type HardCoded = Readonly<Record<string, string>>

/** A field of Lead that had hard-coded choices: its old column, its reference, the table of its choices. */
export interface ChoiceField {
  readonly field: 'industry' | 'leadSource' | 'status' | 'marketingChannel'
  readonly column: string
  readonly reference: string
  /** The reference as {@link Lead} has it. */
  readonly property: 'industryRef' | 'sourceRef' | 'statusRef' | 'marketingChannelRef'
  readonly table: string
  /** In their order. */
  readonly hardCoded: HardCoded
}

/** The four fields, in the order of the table. */
export const choiceFields: readonly ChoiceField[] = [
  {
    field: 'industry',
    column: 'industry',
    reference: 'industry_ref',
    property: 'industryRef',
    table: 'industry',
    hardCoded: {
      tech: 'Technology',
      manufacturing: 'Manufacturing',
      finance: 'Finance',
      healthcare: 'Healthcare',
      retail: 'Retail',
      energy: 'Energy',
      education: 'Education',
      other: 'Other',
    },
  },
  {
    field: 'leadSource',
    column: 'lead_source',
    reference: 'source_ref',
    property: 'sourceRef',
    table: 'lead_source',
    hardCoded: {
      web: 'Web Form',
      event: 'Event',
      referral: 'Referral',
      ads: 'Paid Ads',
      manual: 'Manual Entry',
    },
  },
  {
    field: 'status',
    column: 'status',
    reference: 'status_ref',
    property: 'statusRef',
    table: 'lead_status',
    hardCoded: {
      new: 'New',
      contacted: 'Contacted',
      qualified: 'Qualified',
      unqualified: 'Unqualified',
      converted: 'Converted',
    },
  },
  {
    field: 'marketingChannel',
    column: 'marketing_channel',
    reference: 'marketing_channel_ref',
    property: 'marketingChannelRef',
    table: 'marketing_channel',
    hardCoded: {
      email: 'Email Marketing',
      social: 'Social Media',
      paid_ads: 'Paid Ads',
      content: 'Content',
      seo: 'SEO',
      referral: 'Referral',
      event: 'Event',
      direct: 'Direct',
      other: 'Other',
    },
  },
]
