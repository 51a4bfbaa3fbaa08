// node stack.js collector PORT | gateway PORT
// The stack a small team assembles: HTTP POST -> PostgreSQL (committed) -> NATS -> WebSocket. Adapted from our earlier
// peer measurements. Environment: BENCH_PG_PORT, BENCH_NATS_PORT.
const http = require('http');
const { connect } = require('nats');

const [role, port] = process.argv.slice(2);

async function gateway(nats) {
  const { WebSocketServer, WebSocket } = require('ws');
  const sockets = new WebSocketServer({ port: +port, host: '127.0.0.1', perMessageDeflate: false });
  const send = (data) => {
    for (const client of sockets.clients) if (client.readyState === WebSocket.OPEN) client.send(data, { binary: false });
  };
  nats.subscribe('samples', { callback: (_, message) => send(message.data) });
}

async function collector(nats) {
  const { Pool } = require('pg');
  const pool = new Pool({ host: '127.0.0.1', port: +process.env.BENCH_PG_PORT, user: 'bench', database: 'postgres', max: 10 });
  await pool.query('create table if not exists sample(kpi text, unit text, ts bigint, value double precision)');
  const insert = 'insert into sample select * from unnest($1::text[], $2::text[], $3::bigint[], $4::float8[])';
  const column = (rows, name) => rows.map((row) => row[name]);
  http.createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', async () => {
      const body = Buffer.concat(parts);
      const rows = JSON.parse(body);
      await pool.query(insert, ['kpi', 'unit', 'ts', 'value'].map((name) => column(rows, name)));
      nats.publish('samples', body);
      response.end();
    });
  }).listen(+port, '127.0.0.1');
}

connect({ servers: `127.0.0.1:${process.env.BENCH_NATS_PORT}` }).then(role === 'gateway' ? gateway : collector);
