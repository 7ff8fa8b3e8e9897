import { DELIVERY_HEADERS, deliveryFrom } from '../../core/index.ts';
import { Refused } from './body.ts';
import type { Announced } from './intake.ts';

/** Bytes of a percent-encoded name. */
const LONGEST_NAME = 1024;
/** Control characters, and what would climb out of its place in a list of inputs. */
const UNFIT = /\p{Cc}|(^|\/)\.\.?(\/|$)/u;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** What a collector says of its records in headers; `Refused` where it says it wrongly, as guessing might take records twice. */
export function announcedBy(headers: Headers): Announced {
  const delivery = deliveryFrom(headers);
  const named = headers[DELIVERY_HEADERS.input];
  if (delivery === undefined) {
    if (Object.values(DELIVERY_HEADERS).some((name) => headers[name] !== undefined))
      throw new Refused(
        400,
        `give ${DELIVERY_HEADERS.collector}, ${DELIVERY_HEADERS.stream} and a ${DELIVERY_HEADERS.sequence} of 1 or more`,
      );
    return {};
  }
  return named === undefined ? { delivery } : { delivery, input: `collector/${inputOf(named)}` };
}

function inputOf(text: string | string[]): string {
  let name = '';
  if (typeof text === 'string' && text.length <= LONGEST_NAME) {
    try {
      name = decodeURIComponent(text);
    } catch {
      name = '';
    }
  }
  if (name === '' || UNFIT.test(name))
    throw new Refused(400, `${DELIVERY_HEADERS.input} is no percent-encoded name of at most ${LONGEST_NAME} bytes`);
  return name;
}
