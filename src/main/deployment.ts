import { runDeploymentCommand } from './deployment-desk';
import { runProcess } from './process';
import { adoptRunning } from './running';
import { connectClient } from './temporal';
import { clientOf } from './wiring';

adoptRunning(process.env);
runProcess('deployment', async ({ config }) => {
  const connection = await connectClient(config.temporal.reach);
  try {
    const desk = {
      client: clientOf(config, connection),
      deploymentName: config.temporal.deployment.name,
    };
    const text = await runDeploymentCommand(desk, process.argv.slice(2));
    process.stdout.write(`${text}\n`);
  } finally {
    await connection.close();
  }
});
