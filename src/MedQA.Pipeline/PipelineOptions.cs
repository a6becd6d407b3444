using MedQA.Evaluation.LanguageModels;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Budgeting;
using MedQA.Pipeline.Notifying;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Splitting;

namespace MedQA.Pipeline;

/// <summary>What differs between the hosts of the pipeline.</summary>
public sealed record PipelineOptions
{
    /// <summary>The usual model of the runs; <see langword="null"/> for a host that starts none.</summary>
    public ModelDescription? Model { get; init; }

    /// <summary>Counts tokens as the model does; <see langword="null"/> where the model is in another process.</summary>
    public Func<Prompt, int>? CountTokens { get; init; }

    /// <summary>Further models that runs can be of.</summary>
    public IReadOnlyList<AnsweringModel> OtherModels { get; init; } = [];

    /// <summary>The profiles that question sets can name.</summary>
    public IProfileSource Profiles { get; init; } = new ProfileFolder(null);

    /// <summary>Profiles that earlier versions saved; <see langword="null"/> for none.</summary>
    public ProfileFolder? EarlierProfiles { get; init; }

    /// <summary>A folder with soft prompts besides those of the storage, or <see langword="null"/>.</summary>
    public string? SoftPromptsFolder { get; init; }

    /// <summary>How question sets are split.</summary>
    public SplitOptions Split { get; init; } = new();

    /// <summary>How runs are driven.</summary>
    public AdvanceOptions Advance { get; init; } = new();

    /// <summary>The day's budget.</summary>
    public DayBudget Budget { get; init; } = new();

    /// <summary>Where notices of ended runs may be sent.</summary>
    public NoticeOptions Notices { get; init; } = new();

    /// <summary>How long things are kept.</summary>
    public RetentionOptions Retention { get; init; } = new();

    /// <summary>How batches are answered.</summary>
    public WorkerOptions Worker { get; init; } = new();

    /// <summary>Knows which processes work on the storage's runs; <see langword="null"/> if that is unknown.</summary>
    public IRunAttendance? Attendance { get; init; }
}
