using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>Counts levels of agreement, forced votes and ties.</summary>
internal sealed class AgreementTally
{
    private readonly Dictionary<(int Votes, int Samples), (int Questions, int Correct, int Wrong)> _levels = [];
    private readonly Dictionary<(int Votes, int Samples), (int Right, int Wrong)> _levelsWithoutForced = [];
    private int _votes;
    private int _forced;
    private int _forcedAnswers;
    private int _withOptions;
    private int _scored;
    private int _correct;
    private double _agreement;
    private int _correctWithoutForced;
    private double _agreementWithoutForced;
    private int _ties;
    private int _tiesScored;
    private int _tiesCorrect;
    private double _tieCredit;

    /// <param name="answered">A question that infrastructure did not fail.</param>
    public void Add(AnsweredQuestion answered)
    {
        if (answered.OptionCount == 0)
        {
            return;
        }

        _withOptions++;
        var correct = answered.Correct;
        _scored += correct is null ? 0 : 1;
        _correct += correct is true ? 1 : 0;
        _agreement += answered.Agreement;
        AddLevel(answered, correct);
        AddForced(answered, correct);
        AddTie(answered, correct);
    }

    public AgreementSummary BuildAgreement() => new()
    {
        Mean = Share(_agreement, _withOptions),
        Histogram =
        [
            .. _levels
                .Select(
                    static level => new AgreementLevel(
                        level.Key.Votes, level.Key.Samples, level.Value.Questions, level.Value.Correct, level.Value.Wrong))
                .OrderBy(static level => level.Agreement).ThenBy(static level => level.Samples),
        ],
    };

    /// <param name="calibrated">Whether agreement is a confidence: the number of samples is fixed and above 1.</param>
    public ForcedVotes BuildForced(bool calibrated) => new()
    {
        Votes = _votes,
        Forced = _forced,
        Answers = _forcedAnswers,
        Counted = new VoteFigures(
            _correct,
            _scored,
            Share(_correct, _scored),
            Share(_agreement, _withOptions),
            calibrated
                ? ErrorOf(_levels.Select(static level => (level.Key.Votes, level.Key.Samples, level.Value.Correct, level.Value.Wrong)))
                : null),
        AsAbstentions = new VoteFigures(
            _correctWithoutForced,
            _scored,
            Share(_correctWithoutForced, _scored),
            Share(_agreementWithoutForced, _withOptions),
            calibrated
                ? ErrorOf(
                    _levelsWithoutForced.Select(static level => (level.Key.Votes, level.Key.Samples, level.Value.Right, level.Value.Wrong)))
                : null),
    };

    public Ties BuildTies() => new(_ties, _tiesScored, _tiesCorrect, Share(_correct - _tiesCorrect + _tieCredit, _scored));

    private static double ErrorOf(IEnumerable<(int Votes, int Samples, int Right, int Wrong)> levels) =>
        CalibrationFigures.Of(ConfidenceTable.OfVotes(levels)).ExpectedError;

    private static double? Share(double part, int whole) => whole == 0 ? null : part / whole;

    private void AddLevel(AnsweredQuestion answered, bool? correct)
    {
        var key = (answered.Answer is { } answer && answer < answered.Votes.Length ? answered.Votes[answer] : 0, answered.SamplesAsked);
        var (questions, right, wrong) = _levels.GetValueOrDefault(key);
        _levels[key] = (questions + 1, right + (correct is true ? 1 : 0), wrong + (correct is false ? 1 : 0));
    }

    private void AddForced(AnsweredQuestion answered, bool? correct)
    {
        _votes += answered.Votes.Sum();
        var forcedVotes = answered.ForcedVotesPerOption.Sum();
        var other = answered.Answer;
        if (forcedVotes > 0)
        {
            _forced += forcedVotes;
            _forcedAnswers += answered.Answer is { } answer && answered.ForcedVotesPerOption[answer] == answered.Votes[answer] ? 1 : 0;
            other = UnforcedVote.Of(answered);
        }

        var votes = other is { } option ? answered.Votes[option] - answered.ForcedVotesPerOption.ElementAtOrDefault(option) : 0;
        var right = correct is not null && other == answered.Gold;
        _correctWithoutForced += right ? 1 : 0;
        _agreementWithoutForced += answered.SamplesAsked == 0 ? 0 : (double)votes / answered.SamplesAsked;
        if (correct is not null)
        {
            var (rightHere, wrongHere) = _levelsWithoutForced.GetValueOrDefault((votes, answered.SamplesAsked));
            _levelsWithoutForced[(votes, answered.SamplesAsked)] = right ? (rightHere + 1, wrongHere) : (rightHere, wrongHere + 1);
        }
    }

    private void AddTie(AnsweredQuestion answered, bool? correct)
    {
        if (!answered.Tie)
        {
            return;
        }

        _ties++;
        if (correct is not { } right)
        {
            return;
        }

        _tiesScored++;
        _tiesCorrect += right ? 1 : 0;
        if (answered.Answer is { } answer && answered.Votes[answered.Gold!.Value] == answered.Votes[answer])
        {
            _tieCredit += 1.0 / answered.TiedOptions;
        }
    }
}
