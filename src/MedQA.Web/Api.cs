using System.Collections.Immutable;
using MedQA.Evaluation.Modelling;
using MedQA.Pipeline.Control;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Reading;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Uploading;

namespace MedQA.Web;

/// <summary>What handlers work with; a host makes it once.</summary>
public sealed record Api
{
    /// <summary>Reads runs and answers.</summary>
    public required RunReader Reader { get; init; }

    /// <summary>Asks for something to happen with a run.</summary>
    public required RunControl Control { get; init; }

    /// <summary>Stores question sets.</summary>
    public required QuestionSetUploads Uploads { get; init; }

    /// <summary>Makes runs of them.</summary>
    public required QuestionSetSplitter Splitter { get; init; }

    /// <summary>The profiles that can be chosen.</summary>
    public required IProfileSource Profiles { get; init; }

    /// <summary>The models that answer here.</summary>
    public required ImmutableArray<ModelDescription> Models { get; init; }

    /// <summary>What a request may ask for.</summary>
    public ApiLimits Limits { get; init; } = new();
}

/// <summary>What a request may ask for.</summary>
public sealed record ApiLimits
{
    /// <summary>The largest question set that is taken as a body, in bytes.</summary>
    public long MaxUploadBytes { get; init; } = 100L << 20;

    /// <summary>Entries of a page where the request does not say.</summary>
    public int DefaultPage { get; init; } = 100;
}
