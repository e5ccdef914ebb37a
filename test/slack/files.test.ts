import { describe, expect, it } from 'vitest';
import { readFiles, submissionPayload } from '../../src/slack/api/payload.ts';
import { withoutNulls } from '../../src/slack/api/unreadable.ts';
import { ask } from '../support/access-commands.ts';
import { cara } from '../support/access-fixtures.ts';
import { story } from '../support/access-story.ts';

/** The submission of a form whose file input holds that, as Slack would send it. */
function files(...given: readonly unknown[]): ReturnType<typeof readFiles> {
  const sent = {
    type: 'view_submission',
    user: { id: 'U0ANN', team_id: 'T0NORTHWIND' },
    team: { id: 'T0HARBOR' },
    view: {
      id: 'V1',
      hash: '1',
      callback_id: 'x',
      private_metadata: '',
      state: { values: { files: { input: { type: 'file_input', files: given } } } },
    },
  };
  const { view } = submissionPayload.parse(withoutNulls(sent));
  return readFiles(view, 'files');
}

describe('A file of which Slack says little', () => {
  const LINK = 'https://harbor.example/files/F1';
  it.each([
    [{ id: 'F1', mode: 'file_access', file_access: 'check_file_info' }, 'file_reference'],
    [{ id: 'F1', name: null, mimetype: null, size: 10, permalink: LINK }, 'file_kind'],
    [{ id: 'F1', mimetype: 'image/png', size: null, permalink: LINK }, 'file_size'],
    [{ id: 'F1', mimetype: 'image/png', permalink: LINK }, 'file_size'],
    [{ id: 'F1', mimetype: 'image/png', size: -1, permalink: LINK }, 'file_size'],
    [{ id: 'F1', mimetype: 'image/png', size: 10, permalink: 'javascript:alert(1)' }, 'file_reference'],
  ])('is refused at its field, with everything else that was typed in its place: %j', (file, problem) => {
    const { refusal } = story().when(cara, ask({ files: files(file) }));
    expect(refusal).toMatchObject({ reason: 'invalid', problems: [{ field: 'files', problem }] });
  });
});
