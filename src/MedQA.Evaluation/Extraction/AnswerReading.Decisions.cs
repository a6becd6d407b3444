using MedQA.Evaluation.Extraction.Words;

namespace MedQA.Evaluation.Extraction;

/// <content>"I choose C": what someone decides.</content>
internal sealed partial class AnswerReading
{
    /// <summary>"I choose C", "I would go with option B", "we should select (C)".</summary>
    private void DecisionNamed(int at)
    {
        var token = tokens[at];
        var next = at + 1;
        if (token.Text is "put" or "bet" && _clauses.IsStated(at) && BetFrom(next) is { } bet && DecidedBy(at) == true)
        {
            Follow(bet, WordRoles.DecisionConnectors, ClaimRank.Answer, mustEnd: true);
            return;
        }

        if (token.Has(WordRoles.ParticleVerbs) && ParticleOf(at) is { } particle)
        {
            next = particle + 1;
        }
        else if (!token.Has(WordRoles.Decisions | WordRoles.OwnDecisions))
        {
            return;
        }

        if (!_clauses.IsStated(at) || DecidedBy(at) is not { } isOwn
            || (!isOwn && !token.Has(WordRoles.Decisions | WordRoles.ParticleVerbs)))
        {
            return;
        }

        if (isOwn || !_clauses.IsOtherCase(at))
        {
            if (isOwn || !IsMerelyNamed(at) || EndsBehindOption(next))
            {
                Follow(next, WordRoles.DecisionConnectors, ClaimRank.Answer, mustEnd: true);
            }
        }
    }

    /// <summary>
    /// Returns whether a verb that no one decides by may be a subject, of which the sentence goes on to speak: "Choisir la C, c'est …",
    /// "Choosing C, one …", "选C，等于…".
    /// </summary>
    private bool IsMerelyNamed(int at)
    {
        var text = tokens[at].Text;
        if (text.EndsWith("ing", StringComparison.Ordinal) || text.EndsWith("ir", StringComparison.Ordinal)
            || text.EndsWith("ar", StringComparison.Ordinal) || text.EndsWith("er", StringComparison.Ordinal) || text is "prendre")
        {
            return true;
        }

        for (var next = at + 1; next + 1 < tokens.Count && next < at + MaxSteps && !Clauses.EndsSentence(tokens, next); next++)
        {
            if (tokens[next].IsSymbol(",–—") || (tokens[next].Is("-") && tokens[next].SpaceBefore))
            {
                return tokens[next + 1].Has(WordRoles.Hypothetical) || (!tokens[next].Is(",") && tokens[next + 1].Has(WordRoles.Joins))
                    || (tokens[next + 1].Has(WordRoles.Joins) && next + 2 < tokens.Count
                    && tokens[next + 2].Text is "you" or "she" or "he" or "the");
            }
        }

        return false;
    }

    private bool EndsBehindOption(int at)
    {
        while (at < tokens.Count && !Clauses.EndsSentence(tokens, at))
        {
            if (options.At(tokens, at) is { } named)
            {
                return OptionReferences.EndsStatement(tokens, BehindText(named));
            }

            at++;
        }

        return false;
    }

    /// <summary>In "I'd put about 90 % on E" the token after "on"; <see langword="null"/> for half or less.</summary>
    private int? BetFrom(int at)
    {
        at = at < tokens.Count && tokens[at].Text is "about" or "around" or "roughly" or "some" or "over" ? at + 1 : at;
        return at + 3 < tokens.Count && IsMoreThanHalf(tokens[at]) && tokens[at + 1].Is("%") && tokens[at + 2].Text is "on" or "for"
            ? at + 3 : null;
    }

    /// <summary>
    /// Returns the preposition of a verb: directly after it, or, as in "entscheide mich wegen … für", directly before an option.
    /// </summary>
    private int? ParticleOf(int verb)
    {
        for (var at = verb + 1; at + 1 < tokens.Count && at < verb + MaxSteps && !Clauses.EndsSentence(tokens, at)
            && !tokens[at].Has(WordRoles.Negations | WordRoles.Conditions); at++)
        {
            var next = tokens[at + 1].Has(WordRoles.Articles | WordRoles.OptionNouns) ? at + 2 : at + 1;
            if (tokens[at].Has(WordRoles.DecisionParticles) && (at == verb + 1
                || (tokens[verb].Text is "entscheide" && tokens[at].Is("für") && options.At(tokens, next) is { ByLetter: true })))
            {
                return at;
            }
        }

        return null;
    }

    /// <summary>
    /// Returns whether the model decides (<see langword="true"/>), or no one is named (<see langword="false"/>); <see langword="null"/>
    /// where someone else does, or the decision is past.
    /// </summary>
    private bool? DecidedBy(int at)
    {
        var ought = false;
        if (at + 1 < tokens.Count && !Clauses.BeginsSentence(tokens, at) && tokens[at].Has(WordRoles.OwnDecisions)
            && tokens[at + 1].Text is "ich" or "i" or "je")
        {
            // "…, sage ich D."
            return !_clauses.IsOfOthers(at);
        }

        if (tokens[at].Has(WordRoles.FirstPerson))
        {
            return at > 0 && (tokens[at - 1].Has(WordRoles.Past) || ClauseSigns.HasOtherSubject(tokens, at)) ? null : true;
        }

        if (at > 1 && tokens[at - 1].Is("have") && tokens[at - 2].Has(WordRoles.Hypothetical))
        {
            return null;
        }

        for (var before = at - 1; before >= 0 && before > at - 9 && tokens[before].IsWord; before--)
        {
            var token = tokens[before];
            if (token.Has(WordRoles.Past))
            {
                return null;
            }

            if (token.Has(WordRoles.FirstPerson))
            {
                return true;
            }

            ought |= token.Has(WordRoles.Obligations);
            if (token.Has(WordRoles.Conclusions | WordRoles.Contrasts))
            {
                return ought;
            }

            if (!token.Has(WordRoles.Auxiliaries))
            {
                return ought || token.Has(WordRoles.Joins) ? ought : null;
            }
        }

        return ought;
    }
}
