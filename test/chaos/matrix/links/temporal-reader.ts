import { gunzipSync } from 'node:zlib';
import { temporal } from '@temporalio/proto';
import type { Call, Subject, Wire } from '../subject';
import type { Watch } from '../watch';

const wire = temporal.api.workflowservice.v1;
const { CommandType } = temporal.api.enums.v1;

/** Whom a task or a call is about, whose history it writes, and what it is called. */
interface Said {
  readonly subject: Subject;
  readonly name: string;
  readonly workflowId: string;
}

/** Understands what workers and clients say to Temporal: whose workflow it is about, and which events it writes. */
export class TemporalReader {
  private readonly tasks = new Map<string, Said>();

  constructor(
    private readonly wire: Wire,
    private readonly watch: Watch,
  ) {}

  /** A call that is about somebody; undefined for all others, among them polls, whose answer may be. */
  call(method: string, framed: Buffer): Call | undefined {
    const read = READERS[method];
    const said = read?.(unframed(framed), this);
    return said?.subject.call(this.wire, said.name, said.workflowId);
  }

  /** A task that a poll is answered with, if it is somebody's. */
  handedOut(method: string, framed: Buffer): Call | undefined {
    if (framed.length === 0) return undefined;
    const bytes = unframed(framed);
    if (method === 'PollWorkflowTaskQueue') {
      const task = this.keepDecision(wire.PollWorkflowTaskQueueResponse.decode(bytes), bytes);
      return task?.subject.call(this.wire, `${task.name} wakes`, task.workflowId);
    }
    if (method !== 'PollActivityTaskQueue') return undefined;
    const task = this.keepActivity(wire.PollActivityTaskQueueResponse.decode(bytes), bytes);
    return task?.subject.call(this.wire, `${task.name} begins`, task.workflowId);
  }

  /** Tasks that come with the answer to something else are handed out, too. */
  answered(method: string, framed: Buffer): void {
    if (framed.length === 0) return;
    const bytes = unframed(framed);
    if (method === 'RespondWorkflowTaskCompleted') {
      const told = wire.RespondWorkflowTaskCompletedResponse.decode(bytes);
      if (told.workflowTask) this.keepDecision(told.workflowTask, bytes);
      for (const activity of told.activityTasks ?? []) this.keepActivity(activity, bytes);
    }
    if (method === 'StartWorkflowExecution') {
      const told = wire.StartWorkflowExecutionResponse.decode(bytes);
      if (told.eagerWorkflowTask) this.keepDecision(told.eagerWorkflowTask, bytes);
    }
  }

  taskOf(token: Uint8Array | null | undefined): Said | undefined {
    return token ? this.tasks.get(Buffer.from(token).toString('base64')) : undefined;
  }

  /** What is said of a workflow by its id. */
  about(id: string | null | undefined, said: Buffer, name: string): Said | undefined {
    const workflowId = id ?? '';
    const subject = this.watch.ownerOf(workflowId, said);
    return subject && { subject, name, workflowId };
  }

  private keepDecision(
    task: temporal.api.workflowservice.v1.IPollWorkflowTaskQueueResponse,
    said: Buffer,
  ): Said | undefined {
    const workflowId = task.workflowExecution?.workflowId;
    return this.keep(task.taskToken, this.about(workflowId, said, task.workflowType?.name ?? ''));
  }

  private keepActivity(
    task: temporal.api.workflowservice.v1.IPollActivityTaskQueueResponse,
    said: Buffer,
  ): Said | undefined {
    const workflowId = task.workflowExecution?.workflowId;
    return this.keep(task.taskToken, this.about(workflowId, said, task.activityType?.name ?? ''));
  }

  private keep(token: Uint8Array | null | undefined, task: Said | undefined): Said | undefined {
    if (!token || token.length === 0 || !task) return undefined;
    this.tasks.set(Buffer.from(token).toString('base64'), task);
    return task;
  }
}

type Read = (bytes: Buffer, reader: TemporalReader) => Said | undefined;

const READERS: Readonly<Record<string, Read>> = {
  RespondWorkflowTaskCompleted: (bytes, reader) => {
    const said = wire.RespondWorkflowTaskCompletedRequest.decode(bytes);
    const task = reader.taskOf(said.taskToken);
    return task && { ...task, name: `${task.name} decides${decisionsOf(said.commands)}` };
  },
  RespondActivityTaskCompleted: (bytes, reader) => {
    const task = reader.taskOf(wire.RespondActivityTaskCompletedRequest.decode(bytes).taskToken);
    return task && { ...task, name: `${task.name} has done` };
  },
  RespondActivityTaskFailed: (bytes, reader) => {
    const task = reader.taskOf(wire.RespondActivityTaskFailedRequest.decode(bytes).taskToken);
    return task && { ...task, name: `${task.name} has failed` };
  },
  StartWorkflowExecution: (bytes, reader) => {
    const { workflowId, workflowType } = wire.StartWorkflowExecutionRequest.decode(bytes);
    return reader.about(workflowId, bytes, `start of ${workflowType?.name}`);
  },
  SignalWithStartWorkflowExecution: (bytes, reader) => {
    const said = wire.SignalWithStartWorkflowExecutionRequest.decode(bytes);
    return reader.about(said.workflowId, bytes, `${said.signalName} to ${said.workflowType?.name}`);
  },
  SignalWorkflowExecution: (bytes, reader) => {
    const said = wire.SignalWorkflowExecutionRequest.decode(bytes);
    return reader.about(said.workflowExecution?.workflowId, bytes, `signal ${said.signalName}`);
  },
  UpdateWorkflowExecution: (bytes, reader) => {
    const { workflowExecution, request } = wire.UpdateWorkflowExecutionRequest.decode(bytes);
    return reader.about(workflowExecution?.workflowId, bytes, `update ${request?.input?.name}`);
  },
  ExecuteMultiOperation: (bytes, reader) => {
    const { operations } = wire.ExecuteMultiOperationRequest.decode(bytes);
    const start = operations?.find((one) => one.startWorkflow)?.startWorkflow;
    return reader.about(start?.workflowId, bytes, `start of ${start?.workflowType?.name}`);
  },
};

const WORDS: Partial<Record<temporal.api.enums.v1.CommandType, string>> = {
  [CommandType.COMMAND_TYPE_START_TIMER]: 'a timer',
  [CommandType.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION]: 'its end',
  [CommandType.COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION]: 'its failure',
  [CommandType.COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION]: 'to begin anew',
  [CommandType.COMMAND_TYPE_RECORD_MARKER]: 'a note',
};

/** The events that a decision writes, in words; bookkeeping of search attributes and the like has none. */
function decisionsOf(
  commands: readonly temporal.api.command.v1.ICommand[] | null | undefined,
): string {
  const said = (commands ?? []).flatMap((command) => {
    const activity = command.scheduleActivityTaskCommandAttributes?.activityType?.name;
    const child = command.startChildWorkflowExecutionCommandAttributes?.workflowType?.name;
    const signal = command.signalExternalWorkflowExecutionCommandAttributes?.signalName;
    const word = activity ?? child ?? signal ?? WORDS[command.commandType ?? 0];
    return word === undefined ? [] : [word];
  });
  return said.length === 0 ? '' : ` ${said.join(', ')}`;
}

const FRAME = 5;

/** The message in the one frame of a unary call. */
function unframed(framed: Buffer): Buffer {
  const body = framed.subarray(FRAME, FRAME + framed.readUInt32BE(1));
  return framed[0] === 1 ? gunzipSync(body) : body;
}
