using System.Collections.Immutable;
using System.Text.Json.Serialization;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>How one way of asking one model did on each data set: a row of the papers' table of strategies, models and data sets.</summary>
/// <param name="Profile">The profile's name.</param>
/// <param name="Strategy">Its strategy.</param>
/// <param name="Model">The model.</param>
/// <param name="Runs">The ids of the runs that the row's figures come from; each data set is one run's.</param>
/// <param name="Cells">A cell for each data set that they answered, by name.</param>
public sealed record AccuracyRow(
    string Profile, string Strategy, string Model, ImmutableArray<string> Runs, ImmutableArray<AccuracyCell> Cells)
{
    /// <summary>The model's size and family; <see langword="null"/> if neither is known.</summary>
    public ModelFacts? ModelFacts { get; init; }

    /// <summary>
    /// Whether these are the facts of a model at hand with the runs' fingerprint, since a run was made before they were stored.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasFactsOfModelAtHand { get; init; }
}

/// <summary>
/// The accuracy of a run on one data set: on all questions with a known right option that the model was asked, whatever other runs
/// answered.
/// </summary>
/// <param name="Dataset">The data set.</param>
/// <param name="Correct">Right answers.</param>
/// <param name="Scored">Questions.</param>
/// <param name="Accuracy"><paramref name="Correct"/> / <paramref name="Scored"/>.</param>
/// <param name="Interval">
/// 95 % interval, as <see cref="Reporting.Accuracy.Interval"/> is computed; of a run that stopped early, that of its stop.
/// </param>
public sealed record AccuracyCell(string Dataset, int Correct, int Scored, double Accuracy, Interval Interval)
{
    /// <summary>Clusters of the questions, where two or more are equal or share a passage; else <see langword="null"/>.</summary>
    public int? Clusters { get; init; }

    /// <summary>Whether the run is not finished: the figure can change.</summary>
    public bool Provisional { get; init; }

    /// <summary>How many options each question has; <see langword="null"/> where they differ.</summary>
    internal int? OptionsEach { get; init; }
}

/// <summary>Lays runs out as the table of strategies, models and data sets.</summary>
internal static class AccuracyTable
{
    /// <summary>
    /// Returns a row for each profile and model, in the order in which they come; a second one where several runs of the same answered the
    /// same data set.
    /// </summary>
    public static ImmutableArray<AccuracyRow> Of(IReadOnlyList<ComparedRun> runs)
    {
        var rows = new List<AccuracyRow>();
        foreach (var run in runs)
        {
            var atStop = run.AtStop();
            ImmutableArray<AccuracyCell> cells =
            [
                .. run.Answers
                    .Where(static answer => answer.Value.Failure == ComparedFailure.None)
                    .GroupBy(static answer => answer.Key.Dataset, static answer => answer.Value)
                    .Select(dataset => CellOf(dataset.Key, dataset, run.Provisional))
                    .Select(cell => atStop?.IntervalOf(cell.Dataset) is { } interval
                        ? cell with { Interval = interval, Clusters = null }
                        : cell),
            ];
            var place = rows.FindIndex(
                row => (row.Profile, row.Model, row.ModelFacts) == (run.Profile, run.Model, run.ModelFacts)
                    && !row.Cells.Any(cell => cells.Any(other => other.Dataset == cell.Dataset)));
            if (place < 0)
            {
                place = rows.Count;
                rows.Add(new AccuracyRow(run.Profile, run.Strategy, run.Model, [], []) { ModelFacts = run.ModelFacts });
            }

            rows[place] = rows[place] with
            {
                Runs = rows[place].Runs.Add(run.Run),
                HasFactsOfModelAtHand = rows[place].HasFactsOfModelAtHand || run.HasFactsOfModelAtHand,
                Cells = [.. rows[place].Cells.Concat(cells).OrderBy(static cell => cell.Dataset, StringComparer.Ordinal)],
            };
        }

        return [.. rows];
    }

    private static AccuracyCell CellOf(string dataset, IEnumerable<ComparedAnswer> answers, bool provisional)
    {
        var (share, options) = (new ShareTally(), new HashSet<int>());
        foreach (var answer in answers)
        {
            share.Add(answer.Cluster, answer.Right);

            // No result is published of a choice among sets.
            options.Add(answer.SeveralRight ? 0 : answer.Options);
        }

        return new(dataset, share.Right, share.Count, (double)share.Right / share.Count, share.Interval()!.Value)
        {
            Clusters = share.Clusters,
            Provisional = provisional,
            OptionsEach = options.Count == 1 && options.First() is > 0 and var each ? each : null
        };
    }
}
