namespace MedQA.Cli.Hub;

/// <summary>A model could not be fetched. The message is a sentence for people that says what to do.</summary>
internal sealed class HubException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A connection was cut, or none was made. The message says how, without a full stop.</summary>
internal sealed class CutConnectionException(string message, Exception? inner = null) : Exception(message, inner);
