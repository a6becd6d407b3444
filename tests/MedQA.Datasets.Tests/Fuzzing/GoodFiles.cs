using System.Text;
using MedQA.Datasets.Tests.Columnar;
using MedQA.Datasets.Tests.Spreadsheets;
using Parquet.Schema;

namespace MedQA.Datasets.Tests.Fuzzing;

/// <summary>A small good file of each format, from which bad ones are made.</summary>
internal static class GoodFiles
{
    public static readonly string[] Names = ["csv", "csv-semicolon-utf16", "csv-options-list", "mmlu", "jsonl", "json-array", "pubmedqa", "liveqa", "list", "xlsx", "parquet", "parquet-nested", "decisions"];

    private const string Csv = "id,dataset,question,context,option_a,option_b,option_c,answer\r\n1,d,\"Why, \"\"so\"\"?\",,x,y,z,B\r\n2,d,How?,\"two\r\nlines\",p,q,,a\r\n3,e,Größe? 😀,,µ,β,γ,γ\r\n4,e,Number?,,10,20,30,3\r\n";

    private const string Lines = """
        {"id":"1","question":"Why?","answer":"y","options":{"A":"x","B":"y"},"meta_info":"step1","answer_idx":"B","metamap_phrases":["p"]}
        {"id":"2","question":"How \u00e9 \ud83d\ude00?","options":["p","q","r"],"answer":"r","exp":null}
        {"question":"Q?","cop":4,"opa":"w","opb":"x","opc":"y","opd":"z","subject_name":"S","id":"3","choice_type":"single"}
        {"question":"Q?","choices":{"text":["a","b"],"label":["A","B"]},"answerKey":"B","n":-1.5e3,"t":true}

        """;

    private const string PubMed = """
        {
          "101": { "QUESTION": "Does it?", "CONTEXTS": ["One.", "Two."], "LABELS": ["A", "B"], "MESHES": [], "YEAR": "2011", "final_decision": "maybe", "LONG_ANSWER": "It may." },
          "102": { "QUESTION": "Is it?", "CONTEXTS": ["Only."], "final_decision": "no" }
        }
        """;

    private const string Xml = """
        <?xml version="1.0" encoding="UTF-8"?>
        <LiveQA2017><!-- c --><NLM-QUESTION qid="TQ1"><Original-Question qfile="1.txt"><SUBJECT>tea &amp; sleep</SUBJECT><MESSAGE>Does it? <![CDATA[<x>]]></MESSAGE></Original-Question>
        <ANNOTATIONS><TYPE tid="T1">EFFECT</TYPE></ANNOTATIONS><ReferenceAnswers><RefAnswer aid="A1"><ANSWER>It may.&#x20;</ANSWER></RefAnswer></ReferenceAnswers></NLM-QUESTION>
        <NLM-QUESTION qid="TQ2"><Original-Question><SUBJECT>x</SUBJECT><MESSAGE/></Original-Question></NLM-QUESTION></LiveQA2017>
        """;

    public static async Task<byte[]> OfAsync(string name) => name switch
    {
        "csv" => Encoding.UTF8.GetBytes(Csv),
        "csv-semicolon-utf16" => [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Csv.Replace(',', ';'))],
        "csv-options-list" => "question,options,answer\nWhy?,\"[\"\"x\"\",\"\"y\"\"]\",1\nHow?,a|b|c,3\nWhat?,\"{\"\"A\"\":\"\"p\"\",\"\"B\"\":\"\"q\"\"}\",2\n"u8.ToArray(),
        "mmlu" => "Why?,x,y,z,w,A\n\"How, so?\",p,q,r,s,D\nWhat?,1,2,3,4,B\n"u8.ToArray(),
        "jsonl" => Encoding.UTF8.GetBytes(Lines),
        "json-array" => Encoding.UTF8.GetBytes($"[\n{string.Join(",\n", Lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))}\n]"),
        "pubmedqa" => Encoding.UTF8.GetBytes(PubMed),
        "liveqa" => Encoding.UTF8.GetBytes(Xml),
        "list" => "How serious is a cold?\r\nWhat helps?\n\nWhy me?"u8.ToArray(),
        "xlsx" => Workbook.Of(("Notes", [["by", "us"]]), ("Set", [["question", "a", "b", "answer"], ["Why?", "x", "y", "B"], [], ["How?", "1", "2", "2"]])),
        "parquet" => await ParquetTests.WrittenAsync(
            new ParquetSchema(new DataField<string>("question"), new DataField<string>("opa"), new DataField<string>("opb"), new DataField<long>("cop")),
            [.. Enumerable.Range(0, 8).Select(static i => new Dictionary<string, object?> { ["question"] = $"Q{i}?", ["opa"] = "x", ["opb"] = "y", ["cop"] = (long)(i % 2) })]),
        "parquet-nested" => await ParquetTests.NestedAsync(),
        "decisions" => """{ "101": "yes", "102": "no" }"""u8.ToArray(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such file."),
    };
}
