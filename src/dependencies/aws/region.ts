// What keeps a string from being the name of an AWS region. Pure.
// https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html

/** `eu-central-1a`, `us-west-2-lax-1a`: a zone, which begins with its region. */
const zone = /^([a-z]{2}(?:-[a-z]+)+-\d+)(?:-[a-z]+-\d+)?[a-z]$/;
const capitals = /^[a-z]{2}(?:-[a-z]+)+-\d+[a-z]?$/i;
/** It becomes a part of a host's name. */
const label = /^(?!-)[a-zA-Z0-9-]{1,63}(?<!-)$/;

/** Begins with a verb, and shows of the text nothing but the region in it. A stand-in for AWS may have any label as one. */
export function regionProblem(text: string): string | undefined {
  if (text === '') return 'is empty: set it, or take it away';
  if (text !== text.trim()) return 'begins or ends with a space or a line break: take it away';
  if (text.includes('://')) return 'is a URL: write the region alone, such as eu-central-1';
  if (text !== text.toLowerCase() && capitals.test(text)) return `has capitals: write ${regionIn(text.toLowerCase())}`;
  if (zone.test(text)) return `is an availability zone: write its region, ${regionIn(text)}`;
  return label.test(text) ? undefined : 'is not the name of a region, such as eu-central-1';
}

const regionIn = (text: string): string => zone.exec(text)?.[1] ?? text;
