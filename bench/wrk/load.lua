-- With an argument: asks for the path with a random number of six digits below it at the end. Without: as wrk does.
function init(args)
  if args[1] == nil then return end
  local count = tonumber(args[1])
  local path = wrk.path
  math.randomseed(1)
  function request()
    return wrk.format(nil, path .. string.format("%06d", math.random(0, count - 1)))
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"microseconds":%d,"errors":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration,
    errors.connect + errors.read + errors.write + errors.timeout + errors.status,
    latency:percentile(50), latency:percentile(99)))
end
