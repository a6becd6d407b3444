namespace MedQA.Cli.Settings;

/// <summary>
/// A setting cannot be used. The message names it where it was given: an option, an environment variable or a field of medqa.json.
/// </summary>
internal sealed class SettingException(string given, string problem, Exception? inner = null) : Exception($"{given} {problem}", inner);
