using System.Collections.Immutable;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Sampling;

namespace MedQA.Inference.Decoding;

/// <summary>One sample while it is drawn.</summary>
internal sealed class SampleInProgress(
    int index, SampleRequest request, SampleText text, ImmutableArray<int> endTokens, ThoughtBudget? budget = null)
{
    private readonly ThoughtsInProgress? _thoughts = budget is null ? null : new(budget);
    private readonly List<int> _tokens = new(Math.Min(request.MaxTokens, 256));
    private readonly List<TokenScore>? _scores = request.WantsTokenScores ? [] : null;
    private double _logLikelihood;
    private int _drawn;
    private SampleEnd? _end;

    /// <summary>Its index among the question's samples.</summary>
    public int Index => index;

    /// <summary>The request.</summary>
    public SampleRequest Request => request;

    /// <summary>How many tokens it has: the place of the next.</summary>
    public int Place => _tokens.Count;

    /// <summary>The token that it drew last.</summary>
    public int LastToken => _tokens[^1];

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _end is not null;

    /// <summary>Takes a drawn token; where a thought has spent its budget, a token of the mark that closes it comes in its place.</summary>
    public void Append(DrawnToken token)
    {
        var ends = endTokens.Contains(token.Id);
        if (_thoughts?.Replacing(token.Id, ends, text.IsWithinCharacter) is { } mark)
        {
            Take(mark, isInserted: true, 0);
            return;
        }

        _drawn++;
        _logLikelihood += token.LogProbability;
        if (ends)
        {
            _end = SampleEnd.EndToken;
            return;
        }

        Take(token.Id, isInserted: false, token.LogProbability);
    }

    private void Take(int token, bool isInserted, double logProbability)
    {
        var textStart = text.Length;
        _tokens.Add(token);
        _scores?.Add(new([.. text.BytesOf(token)], logProbability));
        text.Append(token);
        if (text.IsStopped)
        {
            _end = SampleEnd.StopText;
        }
        else if (_tokens.Count == request.MaxTokens)
        {
            _end = SampleEnd.MaxTokens;
        }

        _thoughts?.Add(token, _tokens.Count - 1, isInserted, text.Text, Math.Min(textStart, text.Length));
    }

    /// <summary>Returns the ended sample.</summary>
    public Sample Finish()
    {
        var whole = text.Finish();
        return new()
        {
            Index = index,
            Text = whole,
            Tokens = [.. _tokens],
            LogLikelihood = _logLikelihood,
            DrawnTokens = _drawn,
            End = text.IsStopped ? SampleEnd.StopText : _end!.Value,
            Thinking = _thoughts?.Thinking,
            TokenScores = _scores is null ? [] : [.. _scores],
        };
    }
}
