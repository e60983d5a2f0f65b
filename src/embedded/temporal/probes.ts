import { Connection } from '@temporalio/client';

export async function answersGrpc(port: number): Promise<boolean> {
  const connection = await Connection.connect({
    address: `127.0.0.1:${port}`,
    connectTimeout: '2s',
  });
  await connection.close();
  return true;
}

export async function answersHttp(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(2_000) });
  await response.body?.cancel();
  return response.ok;
}
