namespace MedQA.Cli.Settings;

/// <summary>What was given to a command cannot be used. The message is a sentence for people.</summary>
internal sealed class InputException(string message) : Exception(message);
