namespace MedQA.Cli.Hub;

/// <summary>A connection was cut, or none was made. The message says how, without a full stop.</summary>
internal sealed class CutConnectionException(string message, Exception? inner = null) : Exception(message, inner);
