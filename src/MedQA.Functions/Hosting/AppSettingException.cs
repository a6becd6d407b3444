namespace MedQA.Functions.Hosting;

/// <summary>An app setting is missing or cannot be used; the message names it as it stands among the app's settings.</summary>
internal sealed class AppSettingException(
    string setting, string problem, Exception? inner = null) : Exception($"App setting {setting} {problem}", inner)
{
    /// <summary>The setting, with <c>__</c> between its parts.</summary>
    public string Setting { get; } = setting;
}
