using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Queries;

/// <summary>Finds the questions that tell two runs apart.</summary>
public static class RunFlips
{
    /// <summary>A page of the questions that both runs answered and only one answered right, in the order of the first run.</summary>
    /// <param name="reader">Reads the runs.</param>
    /// <param name="first">The first run.</param>
    /// <param name="second">The second run.</param>
    /// <param name="from">The first run's ordinal to begin with.</param>
    /// <param name="take">The most questions.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public static async Task<FlipList> ReadAsync(
        RunReader reader, RunSummary first, RunSummary second, int from, int take, CancellationToken cancellationToken)
    {
        var others = new Dictionary<(string Dataset, string Id), AnswerRow>();
        await foreach (var row in reader.AllAnswersAsync(second.Run, AnswerFilter.All, cancellationToken))
        {
            others[(row.Dataset, row.Id)] = row;
        }

        var (flips, next) = (new List<Flip>(), (int?)null);
        await foreach (var row in reader.AllAnswersAsync(first.Run, AnswerFilter.All, cancellationToken))
        {
            if (row.Ordinal < from
                || row.Correct is not { } right
                || !others.TryGetValue((row.Dataset, row.Id), out var other)
                || other.Correct is not { } otherRight
                || right == otherRight
                || row.SeveralRight != other.SeveralRight)
            {
                continue;
            }

            if (flips.Count == take)
            {
                next = row.Ordinal;
                break;
            }

            flips.Add(new Flip(row.Dataset, row.Id, row.Topic, row.Gold, Of(row, right), Of(other, otherRight)));
        }

        var texts = await reader.TextsAsync(first, [.. flips.Select(static flip => flip.First.Ordinal)], cancellationToken);
        return new FlipList([.. flips.Select(flip => flip with { Text = texts.GetValueOrDefault(flip.First.Ordinal) })], next);
    }

    private static FlipSide Of(AnswerRow row, bool right) => new(row.Ordinal, row.Answer, right, row.Agreement, row.Tie);
}
