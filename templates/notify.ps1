# Shows a desktop notification. Its text comes in variables, so that no word of it is ever read as
# a parameter or as code.
$ErrorActionPreference = 'Stop'

$null = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$null = [Windows.UI.Notifications.ToastNotification, Windows.UI.Notifications, ContentType = WindowsRuntime]

$toast = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent(
  [Windows.UI.Notifications.ToastTemplateType]::ToastText02)
$lines = $toast.GetElementsByTagName('text')
$null = $lines.Item(0).AppendChild($toast.CreateTextNode([string]$env:FLOW_NOTIFY_TITLE))
$null = $lines.Item(1).AppendChild($toast.CreateTextNode([string]$env:FLOW_NOTIFY_MESSAGE))

# An unregistered sender shows nothing; PowerShell itself is registered everywhere.
$sender = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\WindowsPowerShell\v1.0\powershell.exe'
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($sender).Show(
  [Windows.UI.Notifications.ToastNotification]::new($toast))
