using System.Collections.Immutable;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Blocks;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>How the questions whose right option is at one position were answered.</summary>
/// <param name="Letter">The position's letter.</param>
/// <param name="Gold">Scored questions whose right option is there.</param>
/// <param name="Chosen">Scored questions on which the model chose it.</param>
/// <param name="Correct">Scored questions on which both are so.</param>
/// <param name="Accuracy"><paramref name="Correct"/> / <paramref name="Gold"/>; <see langword="null"/> if it is never right.</param>
/// <param name="Interval">95 % interval of <paramref name="Accuracy"/>, as <see cref="Accuracy.Interval"/> is computed.</param>
public sealed record LetterBias(string Letter, int Gold, int Chosen, int Correct, double? Accuracy, Interval? Interval);

/// <summary>Counts the positions of right options and those chosen.</summary>
internal sealed class LetterTally
{
    private readonly ShareTally[] _goldAt = [.. Enumerable.Range(0, OptionLetter.MaxOptions).Select(static _ => new ShareTally())];
    private readonly int[] _chosenAt = new int[OptionLetter.MaxOptions];

    /// <summary>Counts an answer; sets of options have no position.</summary>
    public void Add(AnsweredQuestion answered)
    {
        if (answered.SeveralRight || answered.Gold is not { } gold)
        {
            return;
        }

        _goldAt[gold].Add(QuestionCluster.Of(answered), answered.Answer == gold);
        if (answered.Answer is { } answer)
        {
            _chosenAt[answer]++;
        }
    }

    public ImmutableArray<LetterBias> Build() =>
    [
        .. Enumerable.Range(0, OptionLetter.MaxOptions)
            .Where(position => _goldAt[position].Count + _chosenAt[position] > 0)
            .Select(position => new LetterBias(
                OptionLetter.Of(position).ToString(),
                _goldAt[position].Count,
                _chosenAt[position],
                _goldAt[position].Right,
                _goldAt[position].Count == 0 ? null : (double)_goldAt[position].Right / _goldAt[position].Count,
                _goldAt[position].Interval())),
    ];
}

/// <summary>Right answers by the position of the right option.</summary>
internal sealed class LettersSection : IReportSection
{
    /// <inheritdoc/>
    public string Title => "Positions of the right option";

    /// <inheritdoc/>
    public IEnumerable<Block> Blocks(RunReport report)
    {
        if (report.Letters.IsEmpty)
        {
            yield break;
        }

        yield return new Table(
            [
                new("letter"),
                new("right option there", true),
                new("chosen", true),
                new("both", true),
                new("accuracy", true),
                new("95 % interval")
            ],
            [
                .. report.Letters.Select(static letter => ImmutableArray.Create(
                    letter.Letter,
                    Figures.Count(letter.Gold),
                    Figures.Count(letter.Chosen),
                    Figures.Count(letter.Correct),
                    Figures.Percent(letter.Accuracy),
                    Figures.Percent(letter.Interval))),
            ]);
    }
}
