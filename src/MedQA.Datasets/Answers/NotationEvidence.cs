using System.Numerics;

namespace MedQA.Datasets.Answers;

/// <summary>
/// Which notations a file uses, learned from the rows that only one notation explains. The rows of one field are believed together.
/// </summary>
/// <param name="severalRight">Whether several options of a question can be right.</param>
internal sealed class NotationEvidence(bool severalRight = false)
{
    private readonly Dictionary<string, Dictionary<AnswerNotations, int>> _firstLines = [];

    /// <summary>Learns from one record; rows that several notations explain, or none, teach nothing.</summary>
    public void Add(int line, IReadOnlyList<GoldClaim> claims, IReadOnlyList<string> options)
    {
        GoldClaim[] said;
        var readings = severalRight
            ? GoldAnswer.SetReadings(claims, options, out said)
            : GoldAnswer.Readings(claims, options, out said);
        for (var i = 0; i < readings.Length; i++)
        {
            var notations = readings[i].Notations;
            if (BitOperations.PopCount((uint)notations) == 1)
            {
                if (!_firstLines.TryGetValue(said[i].Field, out var lines))
                {
                    _firstLines.Add(said[i].Field, lines = []);
                }

                lines.TryAdd(notations, line);
            }
        }
    }

    /// <summary>Returns the notations that a field was seen to use.</summary>
    public AnswerNotations Of(string field) =>
        _firstLines.TryGetValue(field, out var lines)
            ? lines.Keys.Aggregate(AnswerNotations.None, static (all, notation) => all | notation)
            : AnswerNotations.None;

    /// <summary>Returns the first line on which a field was seen to use a notation.</summary>
    public int LineOf(string field, AnswerNotations notation) => _firstLines[field][notation];
}
