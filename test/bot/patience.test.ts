import { startStage, type Stage } from './support/stage';
import { newVisitor } from './support/visitor';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.stop());
afterEach(() => {
  stage.telegram.faults.clear();
  stage.incidents.length = 0;
});

describe('a connection that breaks under a call', () => {
  it('costs the person nothing when the call may be made twice', async () => {
    const visitor = newVisitor(stage);
    await visitor.write('/start');
    for (const method of ['editMessageText', 'answerCallbackQuery']) {
      stage.telegram.faults.add({ kind: 'drop-response', method, times: 1 });
    }
    const { message } = await visitor.press('v1:nav:bal');
    expect(message.message.text).toContain('Balance');
    expect(stage.incidents).toEqual([]);
    expect(visitor.texts()).toHaveLength(1);
  });

  it('is an incident when it breaks again and again', async () => {
    const visitor = newVisitor(stage);
    await visitor.write('/start');
    stage.telegram.faults.add({ kind: 'drop-response', method: 'editMessageText', times: 3 });
    const { toast } = await visitor.press('v1:nav:bal');
    expect(toast).toContain(stage.incidents[0]?.incidentId);
  });

  it('never makes a message come twice', async () => {
    const visitor = newVisitor(stage);
    stage.telegram.faults.add({ kind: 'drop-response', method: 'sendMessage', times: 1 });
    await visitor.write('/start');
    const menus = visitor.texts().filter((text) => text.includes('Anna'));
    expect(menus).toHaveLength(1);
    expect(stage.incidents).toHaveLength(1);
  });
});
