/*
 * Each check is one script, which Redis runs by itself and whole. Time is Redis's own, so that replicas whose clocks differ
 * count alike; milliseconds with three decimals. A key lives no longer than it says anything.
 */

const NOW = `local t = redis.call('TIME')
local now = t[1] * 1000 + t[2] / 1000
`;

/** KEYS: bucket. ARGV: milliseconds per token, milliseconds per bucket, '1' to take. Returns the wait as text. */
export const TAKE = `${NOW}
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + tonumber(ARGV[1])
local wait = full - now - tonumber(ARGV[2])
if wait > 0.001 then return string.format('%.3f', wait) end
if ARGV[3] == '1' then
  redis.call('SET', KEYS[1], string.format('%.3f', full), 'PX', math.ceil(full - now))
end
return '0'`;

/** KEYS: buckets. ARGV, for each: milliseconds to take, milliseconds per bucket. Returns for each when it is full again. */
export const SETTLE = `${NOW}
local answer = {}
for place, key in ipairs(KEYS) do
  local cost, per = tonumber(ARGV[place * 2 - 1]), tonumber(ARGV[place * 2])
  local full = math.max(tonumber(redis.call('GET', key) or '0'), now) + cost
  full = math.min(full, now + 2 * per)
  redis.call('SET', key, string.format('%.3f', full), 'PX', math.max(1, math.ceil(full - now)))
  answer[place] = string.format('%.3f', full - now)
end
return answer`;

/** KEYS: failures. Returns count and wait as texts. */
export const FAILURES = `${NOW}
local row = redis.call('HMGET', KEYS[1], 'count', 'until')
return { row[1] or '0', string.format('%.3f', math.max(0, tonumber(row[2] or '0') - now)) }`;

/** KEYS: failures. ARGV: free failures, first wait, longest wait, milliseconds to remember. Returns as FAILURES. */
export const FAIL = `${NOW}
local count = redis.call('HINCRBY', KEYS[1], 'count', 1)
local free = tonumber(ARGV[1])
local wait = 0
if count > free then
  wait = math.min(tonumber(ARGV[3]), tonumber(ARGV[2]) * 2 ^ math.min(count - free - 1, 40))
end
redis.call('HSET', KEYS[1], 'until', string.format('%.3f', now + wait))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return { tostring(count), string.format('%.3f', wait) }`;
