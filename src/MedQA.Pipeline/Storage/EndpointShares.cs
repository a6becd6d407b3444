using System.Collections.Immutable;

namespace MedQA.Pipeline.Storage;

/// <summary>The workers that share the limits of a model's service.</summary>
internal sealed record EndpointShares
{
    /// <summary>The version of this form.</summary>
    public int V { get; init; } = RunStorage.Version;

    /// <summary>One more each time a worker comes or goes.</summary>
    public long Generation { get; init; }

    /// <summary>The workers.</summary>
    public ImmutableArray<SharingWorker> Workers { get; init => field = value.IsDefault ? [] : value; } = [];
}

/// <summary>A worker that takes a share.</summary>
/// <param name="Id">What tells it from the others.</param>
/// <param name="Beat">One more each time it shows itself.</param>
/// <param name="Seen">The generation that it has seen, and whose share it uses.</param>
internal sealed record SharingWorker(string Id, long Beat, long Seen);
