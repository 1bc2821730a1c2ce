import { describe, expect, test } from 'vitest'
import { notificationOf, parseNotification } from '../../../src/hooks/notification.ts'

describe('what the client writes', () => {
  test.each([
    ['{"message": "Waits", "cwd": "/a/b"}', '/work/project', 'project', 'Waits', null],
    ['{"message": "Waits", "cwd": "/a/b"}', undefined, 'b', 'Waits', null],
    ['{"message": "Waits", "cwd": "/a/b"}', '', 'b', 'Waits', null],
    ['{"message": "Waits", "title": "Claude", "cwd": "/"}', undefined, 'Claude', 'Waits', null],
    ['{"message": "W", "title": "Permission needed"}', '/a/b', 'b: Permission needed', 'W', null],
    ['{"message": "W", "title": " \\u0007 "}', '/a/b', 'b', 'W', null],
    ['{"message": "W", "title": 3}', '/a/b', 'b', 'W', null],
    ['{"message": "Waits", "cwd": null}', undefined, 'flow', 'Waits', null],
    ['{"message": "W", "notification_type": "idle_prompt"}', '/p', 'p', 'W', 'idle_prompt'],
    ['{"message": "W", "notification_type": 3}', '/p', 'p', 'W', null],
  ])('%s in %s', (input, folder, title, message, type) => {
    expect(parseNotification(input, folder)).toEqual({ title, message, type })
  })

  test.each(['{}', '[]', 'null', '"x"', '{"message": 3}', '{"message": " \\u0007 "}'])(
    '%s has no message',
    (input) => {
      expect(parseNotification(input, undefined)).toBeUndefined()
    },
  )

  test('what is no JSON is no message of the client', () => {
    expect(() => parseNotification('Waits', undefined)).toThrow(SyntaxError)
  })
})

describe('what is shown', () => {
  test('is one line without control characters, and not too long', () => {
    const title = `a\u001b[31m\r\nb\u2028c${'t'.repeat(300)}`
    const shown = notificationOf(title, '😀'.repeat(999))
    expect(shown.title.startsWith('a [31m b ct')).toBe(true)
    expect(shown.title).toHaveLength(200)
    expect(shown.message).toBe('😀'.repeat(500))
  })

  test('has no characters that turn the direction round or cannot be seen', () => {
    expect(notificationOf('x', 'a\u202eb\u200bc\u{e0041}d').message).toBe('abcd')
    // A family is one picture by its joiners.
    expect(notificationOf('x', '👨‍👩‍👧').message).toBe('👨‍👩‍👧')
  })

  test('a title of nothing that can be shown is flow’s name: notify-send refuses an empty one', () => {
    expect(notificationOf('\u0001\n', 'waits').title).toBe('flow')
  })
})
