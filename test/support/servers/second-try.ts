// Real servers share few processors with the tests, so a moment's starvation can break an exact time. Such a test gets
// one second try, and its first failure is printed: what is really broken fails twice.
jest.retryTimes(1, { logErrorsBeforeRetry: true });
