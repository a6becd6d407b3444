namespace MedQA.Azurite;

/// <summary>What keeps the storage emulator from running; each has its own remedy.</summary>
internal enum AzuriteFault
{
    /// <summary>There is no Node.js.</summary>
    NodeMissing,

    /// <summary>Node.js is older than Azurite can run on.</summary>
    NodeTooOld,

    /// <summary>npm is missing or could not install the package.</summary>
    Installation,

    /// <summary>Another program listens on a port, or an Azurite that is not this folder's.</summary>
    PortTaken,

    /// <summary>Another process has the data folder and does not answer.</summary>
    InUse,

    /// <summary>The data folder cannot be used.</summary>
    Folder,

    /// <summary>Azurite ended or did not listen in time.</summary>
    Start,

    /// <summary>Azurite ended while it was used.</summary>
    Lost,
}

/// <summary>The storage emulator cannot be used. The message is one sentence or two: what is wrong and what to do.</summary>
internal sealed class AzuriteException(AzuriteFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What is wrong.</summary>
    public AzuriteFault Fault { get; } = fault;
}
