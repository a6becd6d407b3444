namespace MedQA.Evaluation.Extraction;

/// <content>"I choose C": what somebody decides.</content>
internal sealed partial class AnswerReading
{
    /// <summary>"I choose C", "I would go with option B", "we should select (C)".</summary>
    private void DecisionNamed(int at)
    {
        var token = tokens[at];
        var next = at + 1;
        if (token.Has(WordRoles.ParticleVerbs) && next < tokens.Count && tokens[next].Has(WordRoles.DecisionParticles))
        {
            next++;
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
            Follow(next, WordRoles.DecisionConnectors, ClaimRank.Answer, mustEnd: true);
        }
    }

    /// <summary>Whether the model decides (<see langword="true"/>), or nobody is named (<see langword="false"/>); <see
    /// langword="null"/> where somebody else does, or the decision is past.</summary>
    private bool? DecidedBy(int at)
    {
        var ought = false;
        if (tokens[at].Has(WordRoles.FirstPerson))
        {
            return true;
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
