using System.Security.Cryptography;
using System.Text;
using MedQA.Evaluation.LanguageModels;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Answering;

/// <summary>How a worker works.</summary>
public sealed record WorkerOptions
{
    /// <summary>Its display name, shown in the table of batches.</summary>
    public string Name { get; init; } = Environment.MachineName;

    /// <summary>
    /// A secret of one worker that survives its process, or <see langword="null"/>. With it a worker whose process was killed takes up its
    /// own batches at once instead of waiting for the end of its leases. Only for a host that makes sure, by a lock that the system
    /// releases, that no two processes use the same one at a time.
    /// </summary>
    public Guid? Identity { get; init; }

    /// <summary>How long a batch stays leased after the last renewal: 15 to 60 s, as the blob service allows.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How often the lease is renewed, the run's row looked at and the batch's row written; at most a third of <see cref="Lease"/>.
    /// </summary>
    public TimeSpan Renew { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The shortest time between two reports of progress after answers.</summary>
    public TimeSpan Report { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the current question may continue after the worker is told to stop.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a cancelled question may take to give in before it is left behind.</summary>
    public TimeSpan GiveIn { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>After how long a worker gives a batch back to be continued later, or <see langword="null"/> for never.</summary>
    public TimeSpan? BatchTime { get; init; }

    /// <summary>
    /// The most questions of a batch that are asked at once, 1 to 256, or <see langword="null"/> for as many as the model answers fastest
    /// (<see cref="ILanguageModel.GetQuestionsAtOnceAsync"/>), which is also the most. Answers do not depend on it.
    /// </summary>
    public int? QuestionsAtOnce { get; init; }

    /// <summary>Refuses what cannot work.</summary>
    /// <exception cref="ArgumentException">A setting is outside its range; the message names it.</exception>
    internal void Check()
    {
        Require(!string.IsNullOrWhiteSpace(Name) && Name.Length <= 200, nameof(Name), "a name of 1 to 200 characters");
        Require(Lease >= TimeSpan.FromSeconds(15) && Lease <= TimeSpan.FromSeconds(60), nameof(Lease), "15 to 60 seconds");
        Require(Renew > TimeSpan.Zero && Renew * 3 <= Lease, nameof(Renew), "more than 0 and at most a third of Lease");
        Require(Report >= TimeSpan.Zero, nameof(Report), "0 or more");
        Require(Drain >= TimeSpan.Zero, nameof(Drain), "0 or more");
        Require(GiveIn >= TimeSpan.Zero, nameof(GiveIn), "0 or more");
        Require(BatchTime is null || BatchTime > TimeSpan.Zero, nameof(BatchTime), "more than 0, or not set");
        Require(QuestionsAtOnce is null or (>= 1 and <= 256), nameof(QuestionsAtOnce), "1 to 256, or not set");
    }

    /// <summary>The lease id for a batch: the same for every process of one identity, a new one each time without.</summary>
    internal string LeaseIdFor(RunId run, BatchId batch) => Identity is { } identity
        ? new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{identity:N}/{run}/{batch}")).AsSpan(0, 16)).ToString()
        : Guid.NewGuid().ToString();

    private static void Require(bool holds, string setting, string wanted)
    {
        if (!holds)
        {
            throw new ArgumentException($"Worker setting {setting} must be {wanted}.", setting);
        }
    }
}
