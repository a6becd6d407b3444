namespace MedQA.Datasets.Tests.Xml;

public sealed class LiveQaTests
{
    private const string Good = """
        <?xml version="1.0" encoding="UTF-8"?>
        <LiveQA2017-Medical-Test-Set-Full>
        	<NLM-QUESTION qid="TQ1">
        		<Original-Question qfile="1.txt"><SUBJECT>sleep &amp; tea</SUBJECT><MESSAGE> Does tea
        			keep me awake?	</MESSAGE></Original-Question>
        		<NIST-PARAPHRASE>Does tea disturb sleep?</NIST-PARAPHRASE>
        		<ANNOTATIONS><FOCUS fid="F1">tea</FOCUS><TYPE tid="T1" hasFocus="F1">EFFECT</TYPE><TYPE tid="T2">CAUSE</TYPE></ANNOTATIONS>
        		<ReferenceAnswers>
        			<RefAnswer aid="TQ1A1"><ANSWER> It may: it has
        				caffeine. </ANSWER><AnswerURL>u</AnswerURL></RefAnswer>
        			<ReferenceAnswer aid="TQ1A2"><ANSWER>Green tea less.</ANSWER></ReferenceAnswer>
        		</ReferenceAnswers>
        	</NLM-QUESTION>
        	<NLM-QUESTION questionid="Q2" fRef="2">
        		<SUBJECT>cough</SUBJECT><MESSAGE/>
        		<SUB-QUESTIONS><SUB-QUESTION subqid="Q2-S1"><ANSWERS><ANSWER answerid="Q2-S1-A1">See a doctor.</ANSWER></ANSWERS></SUB-QUESTION></SUB-QUESTIONS>
        	</NLM-QUESTION>
        </LiveQA2017-Medical-Test-Set-Full>
        """;

    [Fact]
    public async Task Questions_have_their_subject_type_and_every_reference_answer()
    {
        var rows = await SetReadings.RowsAsync(Good, new QuestionSetOptions { FileName = "liveqa.xml" });

        Assert.Equal(["TQ1|liveqa|EFFECT|sleep & tea|Does tea keep me awake?||-|It may: it has caffeine./Green tea less.", "Q2|liveqa|||cough||-|See a doctor."], SetReadings.Questions(rows).Select(SetReadings.Outline));
        Assert.Equal([3, 14], rows.Select(static row => row.Line));
    }

    [Theory]
    [InlineData("<!DOCTYPE a [<!ENTITY x \"y\">]>", "For security reasons DTD is prohibited")]
    [InlineData("<!DOCTYPE a SYSTEM \"file:///etc/passwd\">", "For security reasons DTD is prohibited")]
    [InlineData("<!DOCTYPE a [<!ENTITY a0 \"ha\"><!ENTITY a1 \"&a0;&a0;&a0;&a0;&a0;&a0;&a0;&a0;&a0;&a0;\"><!ENTITY a2 \"&a1;&a1;&a1;&a1;&a1;&a1;&a1;&a1;&a1;&a1;\">]>", "For security reasons DTD is prohibited")]
    public async Task Document_types_and_their_entities_are_refused(string doctype, string reason)
    {
        var fault = await SetReadings.RefusedAsync($"{doctype}\n<LiveQA><NLM-QUESTION qid=\"1\"><MESSAGE>Why?</MESSAGE></NLM-QUESTION></LiveQA>");

        Assert.StartsWith($"set.csv, line 1: the XML cannot be read: {reason}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Xml_that_breaks_off_says_where()
    {
        var fault = await SetReadings.RefusedAsync(Good[..Good.IndexOf("<SUB-QUESTIONS>", StringComparison.Ordinal)]);

        Assert.Matches("^set.csv, line 16: the XML cannot be read: .*\\.$", fault.Message);
    }

    [Theory]
    [InlineData("<rss><item>News</item></rss>", "set.csv: the file is XML, but none of LiveQA's: its beginning has no NLM-QUESTION.")]
    [InlineData("<a>", "set.csv: the file is XML, but none of LiveQA's: its beginning has no NLM-QUESTION.")]
    public async Task Other_xml_is_refused(string text, string message) => Assert.Equal(message, (await SetReadings.RefusedAsync(text)).Message);

    [Fact]
    public async Task Nesting_and_length_are_limited()
    {
        var deep = $"<LiveQA><NLM-QUESTION qid=\"1\">{string.Concat(Enumerable.Repeat("<a>", 100_000))}";
        var large = $"<LiveQA>\n<NLM-QUESTION qid=\"1\"><MESSAGE>{new string('x', 5_000_000)}</MESSAGE></NLM-QUESTION></LiveQA>";

        Assert.Equal("set.csv, line 1: elements are nested more than 32 deep.", (await SetReadings.RefusedAsync(deep)).Message);
        Assert.Equal("set.csv, line 2: the question that starts here is longer than 4,000,000 characters (MaxRecordLength).", (await SetReadings.RefusedAsync(large)).Message);
    }
}
