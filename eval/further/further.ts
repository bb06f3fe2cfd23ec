// Leaks that are in no table of LEAKS.md: other packages, other patterns. They were written after the detector, to see how it does with what it was not made for.
import { BASE_BYTES, type Pattern } from '../corpus/pattern.js';

const LEAK_MINUTES = 200;
const RATIO_PER_HOUR = 0.5;

type FurtherFacts = Pick<Pattern, 'id' | 'what' | 'culprit' | 'allocation'> & Partial<Pick<Pattern, 'kind' | 'install'>>;

const FACTS: FurtherFacts[] = [
  {
    id: 'ajv-compile',
    what: 'a schema compiled by Ajv a request',
    install: ['ajv@8.17.1'],
    culprit: [/Ajv/, /_cache/, /SchemaEnv/],
    allocation: 'validateQuery',
  },
  {
    id: 'rxjs-subscriptions',
    what: 'a subscription a request to a subject of RxJS',
    install: ['rxjs@7.8.1'],
    culprit: [/Subject/, /observers/, /SafeSubscriber/],
    allocation: 'followPrice',
  },
  {
    id: 'axios-interceptors',
    what: 'an interceptor a request in one client of axios',
    install: ['axios@1.7.9'],
    culprit: [/InterceptorManager/, /handlers/],
    allocation: 'signRequests',
  },
  {
    id: 'dataloader-cache',
    what: 'one DataLoader for all requests',
    install: ['dataloader@2.2.3'],
    culprit: [/DataLoader/, /_cacheMap/, /Customer/],
    allocation: 'findCustomer',
  },
  {
    id: 'lodash-memoize',
    what: 'memoize of lodash by what is never the same',
    install: ['lodash@4.17.21'],
    culprit: [/MapCache/, /Hash/, /__data__/, /renderPage/],
    allocation: 'renderPage',
  },
  {
    id: 'node-cache',
    what: 'node-cache without a time to live',
    install: ['node-cache@5.1.2'],
    culprit: [/NodeCache/, /\bdata\b/],
    allocation: 'one',
  },
  {
    id: 'keyv-expired',
    what: 'Keyv in memory, of which nobody asks for what has expired',
    install: ['keyv@4.5.4'],
    culprit: [/Keyv/, /\bstore\b/, /_cache/],
    allocation: 'rememberToken',
  },
  {
    id: 'express-routes',
    what: 'a route of Express a request',
    install: ['express@4.21.2'],
    culprit: [/Layer/, /\bstack\b/, /Route/],
    allocation: 'publishPage',
  },
  {
    id: 'mobx-autorun',
    what: 'a reaction of MobX a request',
    install: ['mobx@6.13.5'],
    culprit: [/Reaction/, /observers_/, /ObservableValue/],
    allocation: 'showInEuro',
  },
  {
    id: 'lru-cache-size',
    what: 'lru-cache, each entry of which counts as one byte',
    install: ['lru-cache@10.4.3'],
    culprit: [/LRUCache/, /keyList/, /valList/, /keyMap/],
    allocation: 'one',
  },
  { id: 'performance-marks', what: 'performance.mark() a request', culprit: [/PerformanceMark/, /[mM]arkEntryBuffer/], allocation: 'markArrival' },
  {
    id: 'abort-listeners',
    what: 'a listener a request on a signal that lives on',
    culprit: [/AbortSignal/, /Listener/, /saveDraft/],
    allocation: 'saveDraft',
  },
  { id: 'backlog', what: 'a queue whose consumer is slower than its producers', culprit: [/Mail/, /Outbox/, /waiting/], allocation: 'notifyUser' },
  { id: 'linked-list', what: 'a list by links', culprit: [/History/, /before/, /\blast\b/], allocation: 'add' },
  { id: 'tenants', what: 'a Map of Maps, by tenant', culprit: [/byTenant/], allocation: 'audit' },
  { id: 'errors-kept', what: 'errors with their stacks', culprit: [/PaymentRefused/, /lastErrors/], allocation: 'pay' },
  { id: 'rope-string', what: 'a string that is added to', culprit: [/AccessLog/, /\blines\b/, /concatenated string/], allocation: 'note' },
  { id: 'dictionary', what: 'a plain object as a table by id', culprit: [/carts/], allocation: 'addToCart' },
  { id: 'weak-ref-table', what: 'a table of weak references', culprit: [/WeakRef/, /sockets/], allocation: 'rememberSocket' },
  { id: 'instances', what: 'a class that knows all of its instances', culprit: [/Sensor/], allocation: 'one' },
  { id: 'hashes-kept', what: 'hashes that are never finished', kind: 'native', culprit: [/Hash/, /uploads/], allocation: 'beginUpload' },
  { id: 'message-channels', what: 'a MessageChannel a request', culprit: [/MessagePort/, /listeners/], allocation: 'openChannel' },
  {
    id: 'unanswered',
    what: 'requests that are never answered',
    culprit: [/PendingReply/, /pendingReplies/, /ServerResponse/, /Socket/],
    allocation: 'ask',
  },
];

export const FURTHER: readonly Pattern[] = FACTS.map(
  (facts): Pattern => ({
    number: 'further',
    kind: 'heap',
    expected: 'leak',
    program: `eval/further/programs/${facts.id}`,
    args: [],
    bytesPerHour: RATIO_PER_HOUR * BASE_BYTES,
    boundBytes: 0,
    minutes: LEAK_MINUTES,
    install: [],
    ...facts,
  }),
);
