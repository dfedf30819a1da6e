"""The three looks, one after the other, and every finding at once."""


from accounts.loading import BrokenFile, Finding
from campaigns.campaign_file.agreement import Check
from campaigns.campaign_file.shape import shape_findings
from campaigns.campaign_file.yaml_text import line_of, parse


def read(data, kinds):
    """The document of a file. `kinds` are the codes of organization kinds it may refer to. Raises BrokenFile with every finding."""
    document, lines, findings = parse(data)
    if isinstance(document, dict):
        findings += [*shape_findings(document), *Check(document, kinds).all()]
    if findings:
        raise BrokenFile([Finding(finding.path, finding.text, finding.line or line_of(finding.path, lines)) for finding in dict.fromkeys(findings)])
    return document
