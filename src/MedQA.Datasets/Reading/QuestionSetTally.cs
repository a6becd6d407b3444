using MedQA.Datasets.Answers;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Reading;

/// <summary>Counts over the rows of one question set, and notes on them.</summary>
public sealed class QuestionSetTally
{
    private readonly List<string> _readings = [];
    private readonly List<string> _metadata = [];

    /// <summary>Questions with or without a gold answer.</summary>
    public int Accepted { get; private set; }

    /// <summary>Rows that cannot be used.</summary>
    public int Rejected { get; private set; }

    /// <summary>The first of them, or <see langword="null"/>.</summary>
    public RejectedRow? FirstRejected { get; private set; }

    /// <summary>Accepted questions with options of which the right one is not given: answered, but not scored.</summary>
    public int WithoutGold { get; private set; }

    /// <summary>Accepted questions without options: free answers, which no letter scores.</summary>
    public int FreeAnswers { get; private set; }

    /// <summary>The most options of any accepted question; 0 if all are free.</summary>
    public int MaxOptions { get; private set; }

    /// <summary>Accepted questions of which two options are equal.</summary>
    public int WithEqualOptions { get; private set; }

    /// <summary>Accepted questions with an option that only fills a place, as "n/a".</summary>
    public int WithFillers { get; private set; }

    /// <summary>Accepted questions with an option that speaks of others, as "all of the above" or "A and B".</summary>
    public int WithReferences { get; private set; }

    /// <summary>Whether several options of a question can be right; see <see cref="QuestionSetOptions.RightAnswers"/>.</summary>
    public bool SeveralRight { get; private set; }

    /// <summary>Accepted questions with more than one right option.</summary>
    public int WithSeveralRight { get; private set; }

    /// <summary>Whether any accepted question has a topic.</summary>
    public bool HasTopics { get; private set; }

    /// <summary>The names of the accepted questions' metadata, in the order in which they come.</summary>
    public IReadOnlyList<string> Metadata => _metadata;

    /// <summary>
    /// Whether some gold letter is also the text of another option: the column's name must then specify letters.
    /// </summary>
    internal bool HasLettersAsTexts { get; private set; }

    /// <summary>The notes on how the file is read; see <see cref="QuestionSetOptions.Noted"/>.</summary>
    public IReadOnlyList<string> Readings => _readings;

    /// <summary>A note if the right option of some question is not given; else <see langword="null"/>.</summary>
    internal string? Unscored => WithoutGold == 0 ? null
        : WithoutGold == Accepted - FreeAnswers
            ? "No question says which option is right: the questions are answered, but not scored. Add a field `answer` to score them."
        : $"{WithoutGold} of {Accepted} questions do not say which option is right: they are answered, but not scored.";

    /// <summary>Adds a note on how the file is read, once.</summary>
    public void Note(string sentence)
    {
        ArgumentNullException.ThrowIfNull(sentence);
        if (!_readings.Contains(sentence))
        {
            _readings.Add(sentence);
        }
    }

    /// <summary>Counts a row.</summary>
    public void Add(QuestionSetRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (row is AcceptedRow(var question, _))
        {
            Add(question);
        }
        else
        {
            Rejected++;
            FirstRejected ??= row as RejectedRow;
        }
    }

    /// <summary>
    /// Returns what the counts mean for the scores, a sentence each; empty if every row is a question with its gold answer.
    /// </summary>
    public IReadOnlyList<string> Notes()
    {
        var notes = new List<string>(_readings);
        if (Unscored is { } unscored && !notes.Contains(unscored))
        {
            notes.Add(unscored);
        }

        if (FreeAnswers > 0)
        {
            notes.Add(
                $"{FreeAnswers} of {Accepted} questions have no options: their answers are free text for people to rate, and have no "
                    + "accuracy.");
        }

        if (SeveralRight)
        {
            notes.Add(
                $"Several options of a question can be right (--right-answers several, over HTTP rightAnswers=several): {WithSeveralRight} "
                    + $"of {Accepted} questions have more than one right option, and every question asks for all of its own.");
        }

        if (WithEqualOptions > 0)
        {
            notes.Add(
                $"{WithEqualOptions} of {Accepted} questions have equal options: of these only one letter counts as right, so look at "
                    + "them.");
        }

        if (WithFillers > 0)
        {
            notes.Add(
                $"{WithFillers} of {Accepted} questions have options that only fill a place, as \"n/a\": they are shown, but what "
                    + "guessing gives leaves them out (--drop-fillers, over HTTP dropFillers=true, takes such last options for missing "
                    + "ones).");
        }

        if (WithReferences > 0)
        {
            notes.Add(
                $"{WithReferences} of {Accepted} questions have options that speak of others, as \"all of the above\" or \"A and B\": "
                    + "choice-shuffle keeps these in place.");
        }

        if (Rejected > 0)
        {
            notes.Add($"{Rejected} of {Accepted + Rejected} rows cannot be used; each is listed with its line and reason.");
        }

        return notes;
    }

    private void Add(Question question)
    {
        Accepted++;
        MaxOptions = Math.Max(MaxOptions, question.Options.Length);
        HasTopics |= question.Topic is not null;
        foreach (var name in question.Metadata?.Keys ?? [])
        {
            if (!_metadata.Contains(name))
            {
                _metadata.Add(name);
            }
        }

        var options = OptionReading.Of(question.Options);
        WithEqualOptions += options.Equal.IsEmpty ? 0 : 1;
        WithFillers += options.Fillers.IsEmpty ? 0 : 1;
        WithReferences += options.RefersToOthers ? 1 : 0;
        SeveralRight |= question.SeveralRight;
        if (question.Options.IsEmpty)
        {
            FreeAnswers++;
        }
        else if (question.RightOptions is not { } gold)
        {
            WithoutGold++;
        }
        else
        {
            HasLettersAsTexts |=
                question.SeveralRight
                    ? new GoldClaim("answer", gold.ToString(), AnswerNotations.Any).ReadSet(question.Options) is var set
                        && set.Sets.Count() != 1
                    : new GoldClaim("answer", gold.ToString(), AnswerNotations.Any).Read(question.Options).IsAmbiguous;
            WithSeveralRight += gold.Count > 1 ? 1 : 0;
        }
    }
}
